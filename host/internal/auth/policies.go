package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"skep/host/internal/manifest"
	"skep/host/internal/store"
)

// lookEvery is how often the operator's files are looked at.
const lookEvery = 2 * time.Second

// Policies are the policies of all services of a store, as the operator's files say them. They follow changes of the
// files; a change counts when two looks in a row have found it, so that no half-written file does.
type Policies struct {
	store  *store.Store
	serves func(service string) bool // whether requests find it
	log    *slog.Logger
	known  atomic.Pointer[map[string]*entry]

	mu   sync.Mutex      // of those who change known
	gone map[string]bool // services that did not exist at the last look
	stop context.CancelFunc
	done chan struct{}
}

// entry is what is known of one service. It is immutable.
type entry struct {
	policy *Policy // nil where the files could not be read so far
	next   *settings
	reason string // why the files are not in force, "" when they are; it was logged
}

// NewPolicies makes policies for the services of a store, and begins to look for changes. What is known of a service that
// two looks in a row have found neither to serve nor to have a folder is forgotten: old keys do not open a new service
// of its name. Policies must be closed, before the store is.
func NewPolicies(s *store.Store, serves func(service string) bool, log *slog.Logger) *Policies {
	p := newPolicies(s, serves, log)
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	go func() {
		defer close(p.done)
		for tick := time.NewTicker(lookEvery); ; {
			select {
			case <-tick.C:
				p.look()
			case <-ctx.Done():
				tick.Stop()
				return
			}
		}
	}()
	return p
}

func newPolicies(s *store.Store, serves func(service string) bool, log *slog.Logger) *Policies {
	p := &Policies{store: s, serves: serves, log: log, gone: make(map[string]bool), done: make(chan struct{})}
	p.known.Store(&map[string]*entry{})
	return p
}

// Authorize is [Policy.Authorize] of the service of that id, which must exist. Its files are read when it is called for
// the first time, or by [Policies.Load] before. Where they cannot be read, nobody passes.
func (p *Policies) Authorize(ctx context.Context, service string, headers [][]byte) (Principal, error) {
	e := (*p.known.Load())[service]
	if e == nil {
		e = p.load(service)
	}
	if e.policy == nil {
		return Principal{}, errSettings
	}
	return e.policy.Authorize(ctx, headers)
}

var errSettings = fmt.Errorf("%w: the service's settings cannot be read", ErrKeysUnavailable)

// Load reads the files of a service unless that was done before. What is wrong with them is logged.
func (p *Policies) Load(service string) { p.load(service) }

func (p *Policies) load(service string) *entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := (*p.known.Load())[service]; e != nil {
		return e
	}
	e := &entry{}
	s, err := p.read(service, nil)
	if err == nil {
		e.policy, err = p.build(service, s, nil)
	}
	if err != nil {
		e.reason = err.Error()
		p.log.Error("nobody may call the service: its settings cannot be read", "service", service, "reason", err)
	}
	p.put(service, e)
	return e
}

// put changes what is known of a service; nil is nothing.
func (p *Policies) put(service string, e *entry) {
	next := maps.Clone(*p.known.Load())
	if next[service] = e; e == nil {
		delete(next, service)
	}
	p.known.Store(&next)
}

// look reads the files of all services that have been loaded.
func (p *Policies) look() {
	for service := range *p.known.Load() {
		p.mu.Lock()
		old := (*p.known.Load())[service]
		e := old
		if p.exists(service) {
			delete(p.gone, service)
			e = p.follow(service, old)
		} else if p.gone[service] {
			delete(p.gone, service)
			e = nil
		} else {
			p.gone[service] = true // a request may just have found it
		}
		if e != old {
			p.put(service, e)
			old.closeBut(e)
		}
		p.mu.Unlock()
	}
}

// exists says whether a service serves, or has a folder as far as that can be told.
func (p *Policies) exists(service string) bool {
	if p.serves(service) {
		return true
	}
	_, err := p.store.State(service)
	return !errors.Is(err, store.ErrNotFound)
}

// closeBut ends the policy of an entry, except for what the next one goes on with; nil is none.
func (e *entry) closeBut(next *entry) {
	switch {
	case e.policy == nil:
	case next == nil:
		e.policy.Close()
	case next.policy != e.policy:
		e.policy.closeBut(next.policy)
	}
}

// follow gives what is to be known of a service now: old itself where nothing has changed. While the files cannot be
// used, the policy that was in force stays.
func (p *Policies) follow(service string, old *entry) *entry {
	var current *settings
	if old.policy != nil {
		current = &old.policy.settings
	}
	s, err := p.read(service, current)
	if err != nil {
		return p.keep(service, old, err)
	}
	if current != nil && s.equal(current) {
		if old.next == nil && old.reason == "" {
			return old
		}
		return &entry{policy: old.policy}
	}
	if old.next == nil || !s.equal(old.next) {
		return &entry{policy: old.policy, next: &s, reason: old.reason}
	}
	if s.auth.Method == 0 && old.policy != nil && old.policy.method != manifest.AuthPublic {
		return p.keep(service, old, errNoMethod)
	}
	policy, err := p.build(service, s, old.policy)
	if err != nil {
		return p.keep(service, old, err)
	}
	return &entry{policy: policy}
}

// errNoMethod keeps a service closed whose file was removed, or is being replaced.
var errNoMethod = errors.New(`service.toml has no [auth] any more: to make the service public, say method = "PUBLIC"`)

// keep is old, with the reason why the files are not in force. It is logged once.
func (p *Policies) keep(service string, old *entry, err error) *entry {
	if old.reason == err.Error() {
		return old
	}
	p.log.Error("authentication stays as it was: the service's settings cannot be used", "service", service, "reason", err)
	return &entry{policy: old.policy, next: old.next, reason: err.Error()}
}

// read reads the files of a service; current, nil for none, saves parsing what has not changed.
func (p *Policies) read(service string, current *settings) (s settings, err error) {
	text, err := p.store.Service(service)
	if err != nil {
		return s, err
	}
	s.text = string(text.Bytes)
	if current != nil && s.text == current.text {
		s.auth = current.auth
	} else {
		parsed, err := manifest.ParseService(text.Name, text.Bytes)
		if err != nil {
			return s, err
		}
		s.auth = parsed.Auth
	}
	switch {
	case s.auth.Method == manifest.AuthAPIKeys:
		text, err = p.store.Keys(service)
	case s.auth.OAuth2.JWKSFile != "":
		text, err = p.store.ServiceFile(service, s.auth.OAuth2.JWKSFile)
	default:
		return s, nil
	}
	s.file, s.fileName = string(text.Bytes), text.Name
	return s, err
}

// build makes the policy of settings and logs it.
func (p *Policies) build(service string, s settings, before *Policy) (*Policy, error) {
	log := p.log.With("service", service)
	policy, err := newPolicy(s, before, log)
	if err != nil {
		return nil, err
	}
	switch {
	case policy.keys != nil && policy.keys.Len() == 0:
		log.Warn("nobody may call the service: it asks for API keys and has none")
	case policy.tokens != nil && policy.tokens.InsecureSkipVerify:
		log.Warn("whoever is between this host and the issuer may make valid tokens: insecure_skip_verify is on")
	}
	attrs := []any{"method", policy.method.String()}
	if policy.keys != nil {
		attrs = append(attrs, "keys", policy.keys.Len())
	}
	log.Info("authentication", attrs...)
	return policy, nil
}

// Problem says why what the files of a service say of access is not in force; empty where it is.
func (p *Policies) Problem(service string) string {
	if e := (*p.known.Load())[service]; e != nil {
		return e.reason
	}
	return ""
}

// Close ends the looking, and the fetching of keys.
func (p *Policies) Close() {
	if p.stop != nil {
		p.stop()
		<-p.done
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range *p.known.Load() {
		if e.policy != nil {
			e.policy.Close()
		}
	}
}
