package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/MicahParks/keyfunc/v3"
)

// When keys are fetched.
const (
	renewEvery  = 5 * time.Minute  // so long a key may be used after the issuer has withdrawn it
	renewLeast  = 5 * time.Second  // between two fetches that tokens with unknown keys ask for
	retryFirst  = time.Second      // after a fetch that failed; each further failure doubles it
	retryMost   = 30 * time.Second //
	renewWait   = 2 * time.Second  // for which a request waits for new keys
	fetchWithin = 5 * time.Second  // the whole fetch
)

// maxRedirects bounds how often the fetch of keys is sent elsewhere.
const maxRedirects = 3

// errNoKeys says that no keys have been fetched so far.
var errNoKeys = errors.New("no keys")

// issuer has the public keys of an issuer of tokens. It fetches them in the background, and keeps what it has while it
// cannot.
type issuer struct {
	url      string // "" where the keys do not change
	insecure bool
	client   *http.Client
	log      *slog.Logger
	ctx      context.Context // ends with close
	cancel   context.CancelFunc

	mu       sync.Mutex
	keys     keyfunc.Keyfunc // nil until there are some
	running  chan struct{}   // closed when the fetch that runs has ended; nil when none does
	last     time.Time       // when the last fetch began
	failures int             // since the last success
	timer    *time.Timer     // begins the next fetch
}

// newIssuer begins to fetch keys. It must be closed.
func newIssuer(url string, insecure bool, log *slog.Logger) *issuer {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: insecure, MinVersion: tls.VersionTLS12}
	transport.DisableKeepAlives = true // a connection in 5 minutes
	i := &issuer{url: url, insecure: insecure, log: log.With("jwks", url)}
	i.client = &http.Client{Transport: transport, Timeout: fetchWithin, CheckRedirect: checkRedirect}
	i.ctx, i.cancel = context.WithCancel(context.Background())
	i.begin()
	return i
}

func checkRedirect(to *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("redirected more than %d times", maxRedirects)
	}
	if first := via[0].URL.Scheme; to.URL.Scheme != first {
		return fmt.Errorf("redirected from %s to %s", first, to.URL.Scheme)
	}
	return nil
}

// key finds the public key that a token says it was signed with.
func (i *issuer) key(t *jwt.Token) (any, error) {
	i.mu.Lock()
	keys := i.keys
	i.mu.Unlock()
	if keys == nil {
		return nil, errNoKeys
	}
	return keys.Keyfunc(t)
}

func (i *issuer) use(keys keyfunc.Keyfunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

// renew waits until keys have been fetched, and says whether there may be new ones. It asks for a fetch if none runs and
// the last one was not just now.
func (i *issuer) renew(ctx context.Context) bool {
	if i.url == "" {
		return false
	}
	i.mu.Lock()
	if i.running == nil && time.Since(i.last) >= renewLeast {
		i.start()
	}
	running := i.running
	i.mu.Unlock()
	if running == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, renewWait)
	defer cancel()
	select {
	case <-running:
		return true
	case <-ctx.Done():
		return false
	}
}

// begin starts a fetch unless one runs.
func (i *issuer) begin() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.running == nil {
		i.start()
	}
}

// start starts a fetch, and plans the next one at its end. The lock is held.
func (i *issuer) start() {
	if i.ctx.Err() != nil {
		return
	}
	if i.timer != nil {
		i.timer.Stop()
	}
	i.running, i.last = make(chan struct{}), time.Now()
	go func() {
		keys, err := i.fetch()
		i.mu.Lock()
		defer i.mu.Unlock()
		next := i.ended(keys, err)
		close(i.running)
		i.running = nil
		if i.ctx.Err() == nil {
			i.timer = time.AfterFunc(next, i.begin)
		}
	}()
}

// ended takes over what a fetch gave, and says when the next one is due. The lock is held.
func (i *issuer) ended(keys keyfunc.Keyfunc, err error) time.Duration {
	if err == nil {
		if i.failures > 0 {
			i.log.Info("keys of tokens fetched again")
		}
		i.keys, i.failures = keys, 0
		return renewEvery
	}
	if i.ctx.Err() == nil && i.failures == 0 {
		i.log.Error("keys of tokens cannot be fetched; those known are used", "known", i.keys != nil, "reason", err)
	}
	i.failures++
	return min(retryFirst<<min(i.failures-1, 10), retryMost)
}

func (i *issuer) fetch() (keyfunc.Keyfunc, error) {
	request, err := http.NewRequestWithContext(i.ctx, http.MethodGet, i.url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	answer, err := i.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", answer.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxJWKS+1))
	if err != nil {
		return nil, err
	}
	return parseJWKS(text)
}

// close ends the fetching and waits for what runs. The keys can still be used.
func (i *issuer) close() {
	if i.cancel == nil {
		return
	}
	i.cancel()
	i.mu.Lock()
	if i.timer != nil {
		i.timer.Stop()
	}
	running := i.running
	i.mu.Unlock()
	if running != nil {
		<-running
	}
}
