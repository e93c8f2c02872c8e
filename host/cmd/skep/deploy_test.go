package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

// kubernetes are the objects of host/deploy/kubernetes.yaml.
type kubernetes struct {
	deployment appsv1.Deployment
	service    corev1.Service
	claim      corev1.PersistentVolumeClaim
	budget     policyv1.PodDisruptionBudget
}

// readKubernetes decodes the file strictly: a key that the API does not know is an error.
func readKubernetes(t *testing.T) (k kubernetes) {
	t.Helper()
	file, err := os.ReadFile("../../deploy/kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]any{"Deployment": &k.deployment, "Service": &k.service, "PersistentVolumeClaim": &k.claim,
		"PodDisruptionBudget": &k.budget}
	for _, text := range bytes.Split(file, []byte("\n---\n")) {
		var head struct{ Kind string }
		if err := yaml.Unmarshal(text, &head); err != nil {
			t.Fatal(err)
		}
		object := objects[head.Kind]
		if object == nil {
			t.Fatalf("a %q more", head.Kind)
		}
		delete(objects, head.Kind)
		if err := yaml.UnmarshalStrict(text, object); err != nil {
			t.Errorf("%s: %v", head.Kind, err)
		}
	}
	for kind := range objects {
		t.Errorf("there is no %s", kind)
	}
	return k
}

// TestKubernetes compares what must agree between objects, and with the host.
func TestKubernetes(t *testing.T) {
	k := readKubernetes(t)
	pod := k.deployment.Spec.Template
	for what, selector := range map[string]map[string]string{"Deployment": k.deployment.Spec.Selector.MatchLabels,
		"Service": k.service.Spec.Selector, "PodDisruptionBudget": k.budget.Spec.Selector.MatchLabels} {
		for name, value := range selector {
			if pod.Labels[name] != value {
				t.Errorf("%s selects %s=%s, the pod has %v", what, name, value, pod.Labels)
			}
		}
		if len(selector) == 0 {
			t.Errorf("%s selects nothing", what)
		}
	}
	c := pod.Spec.Containers[0]
	ports := map[string]int32{}
	for _, p := range c.Ports {
		ports[p.Name] = p.ContainerPort
	}
	for name, probe := range map[string]*corev1.Probe{"startup": c.StartupProbe, "liveness": c.LivenessProbe,
		"readiness": c.ReadinessProbe} {
		path := "/healthz"
		if name == "readiness" {
			path = "/readyz"
		}
		if probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Port.StrVal != "admin" || probe.HTTPGet.Path != path {
			t.Errorf("the %s probe is %v, want %s of admin", name, probe, path)
		}
	}
	if p := k.service.Spec.Ports; len(p) != 1 || p[0].TargetPort.StrVal != "http" {
		t.Errorf("the service opens %v, want http alone", p)
	}
	flags := serveFlags(t, c.Args)
	for flag, want := range map[string]int32{"addr": ports["http"], "admin-addr": ports["admin"]} {
		if got := flags[flag]; !strings.HasSuffix(got, ":"+fmt.Sprint(want)) {
			t.Errorf("--%s is %s, the port %d", flag, got, want)
		}
	}
	if flags["infra"] != "k8s" {
		t.Errorf("--infra is %s", flags["infra"])
	}
	mounts := map[string]string{}
	for _, m := range c.VolumeMounts {
		mounts[m.MountPath] = m.Name
	}
	if mounts[flags["root"]] != "services" || mounts[strings.TrimSuffix(flags["cache"], "/skep")] != "cache" {
		t.Errorf("--root is %s and --cache %s, mounted are %v", flags["root"], flags["cache"], mounts)
	}
	if s := c.SecurityContext; !*s.ReadOnlyRootFilesystem || *s.AllowPrivilegeEscalation || !*pod.Spec.SecurityContext.RunAsNonRoot {
		t.Error("the container has rights that a host does not need")
	}
	if stop := c.Lifecycle.PreStop.Sleep.Seconds; *pod.Spec.TerminationGracePeriodSeconds < stop+60 {
		t.Errorf("%d s are too short for %d s and a call of 60 s", *pod.Spec.TerminationGracePeriodSeconds, stop)
	}
}

// serveFlags reads arguments as the command does, and gives the values of all flags of serve.
func serveFlags(t *testing.T, args []string) map[string]string {
	t.Helper()
	cmd := newServe("skep")
	if len(args) == 0 || args[0] != cmd.Name() {
		t.Fatalf("the arguments are %q, want %s first", args, cmd.Name())
	}
	if err := cmd.ParseFlags(args[1:]); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	cmd.Flags().VisitAll(func(f *pflag.Flag) { values[f.Name] = f.Value.String() })
	return values
}

// TestContainerfile holds the image against what the manifests say of it.
func TestContainerfile(t *testing.T) {
	file, err := os.ReadFile("../../deploy/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]string{} // of each instruction, in the last stage
	for line := range strings.Lines(string(file)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		switch name {
		case "FROM":
			clear(last)
		case "WORKDIR", "COPY", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD":
		default:
			t.Errorf("unknown instruction %s", name)
		}
		last[name] = rest
	}
	pod := readKubernetes(t).deployment.Spec.Template.Spec
	if want := fmt.Sprintf("%d:%d", *pod.SecurityContext.RunAsUser, *pod.SecurityContext.RunAsGroup); last["USER"] != want {
		t.Errorf("USER %s, want %s", last["USER"], want)
	}
	if last["FROM"] != "scratch" || last["ENTRYPOINT"] != `["/skep"]` || last["CMD"] != `["serve"]` {
		t.Errorf("the last stage is %v", last)
	}
	cmd := newServe("skep")
	for assignment := range strings.FieldsSeq(last["ENV"]) {
		name, value, _ := strings.Cut(assignment, "=")
		found := false
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if variable(f.Name) == name {
				found = true
				if err := f.Value.Set(value); err != nil {
					t.Errorf("%s: %v", assignment, err)
				}
			}
		})
		if !found {
			t.Errorf("%s stands for no flag", name)
		}
	}
}
