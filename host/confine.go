package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"skep/host/internal/confine"
	"skep/host/internal/sandbox"
)

// systemFiles are what a host reads beside its own folders: what the machine allows it, names and times, and whom to
// trust. What the kernel tells of other processes below /proc it keeps from a confined one.
var systemFiles = []string{
	"/proc", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage", "/dev/urandom",
	"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols",
	"/etc/localtime", "/usr/share/zoneinfo", "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
	"/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/etc/mime.types",
}

// Confine gives up what a host with this Config does not need: privileges, all files but the folder of services, that of
// compiled modules, those of logs and some of the system, and all programs but this one. The network stays. It starts the program anew,
// with its arguments and in the same process; there it is called once more, logs what was given up, and returns. So it
// stands in main, before anything that should happen once, but after [CompileChild]. After an error the process must end.
//
// On systems that know nothing of it, it logs that and changes nothing.
func Confine(config Config) error {
	if err := config.Validate(); err != nil {
		return err
	}
	config, err := config.withDefaults()
	if err != nil {
		return err
	}
	rules := confine.Rules{Read: append([]string{}, systemFiles...), Write: []string{config.Root, config.CacheDir}}
	for _, dir := range config.logFolders() {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("%w: folder for logs: %w", ErrConfig, err)
		}
		rules.Write = append(rules.Write, dir)
	}
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR", "ZONEINFO"} { // as Go's libraries know them
		if value := os.Getenv(name); value != "" {
			rules.Read = append(rules.Read, filepath.SplitList(value)...)
		}
	}
	for _, name := range []string{config.Wire.Certificate, config.Wire.Key} {
		if name != "" {
			rules.Read = append(rules.Read, filepath.Dir(name)) // a new file takes the old one's place
		}
	}
	if len(config.Compiler) > 0 {
		return fmt.Errorf("%w: Compiler: a confined host executes no program but itself", ErrConfig)
	}
	if err := os.MkdirAll(config.CacheDir, 0o700); err != nil {
		return fmt.Errorf("%w: CacheDir: %w", ErrConfig, err)
	}
	rules.Update = []string{sandbox.OOMScoreFile}
	outcome, err := confine.Restart(rules)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	gone := []string{}
	if outcome.Privileges {
		gone = append(gone, "privileges")
	}
	if outcome.Files {
		gone = append(gone, "files elsewhere", "other programs")
	}
	if outcome.Why != "" {
		config.Log.Warn("this process keeps what it does not need", "gaveUp", strings.Join(gone, ", "),
			"because", outcome.Why)
		return nil
	}
	config.Log.Info("this process is confined", "gaveUp", strings.Join(gone, ", "),
		"keeps", "the network, "+strings.Join(rules.Write, ", "))
	return nil
}
