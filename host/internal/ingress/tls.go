package ingress

import (
	"crypto/tls"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateInterval is how often the files of a certificate are looked at, when clients connect.
const certificateInterval = time.Second

// certificates gives the certificate in two files, and the new one when they are replaced. It is safe for concurrent use.
type certificates struct {
	cert, key string
	log       *slog.Logger
	interval  time.Duration

	mu     sync.Mutex
	looked time.Time
	seen   [2]version
	loaded *tls.Certificate
	failed error
}

// version tells one content of a file from the next, as far as the file system does.
type version struct {
	modified time.Time
	size     int64
	file     fs.FileInfo
}

func newCertificates(cert, key string, log *slog.Logger) *certificates {
	return &certificates{cert: cert, key: key, log: log, interval: certificateInterval}
}

// config is the TLS that clients get. Sessions are resumed with tickets that change every day.
func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.current(time.Now())
		},
	}
}

// current is the certificate in the files. While they hold none, it is the last one that they held.
func (c *certificates) current(now time.Time) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loaded != nil && now.Sub(c.looked) < c.interval {
		return c.loaded, nil
	}
	c.looked = now
	seen := [2]version{look(c.cert), look(c.key)}
	if c.loaded != nil && seen[0].same(c.seen[0]) && seen[1].same(c.seen[1]) {
		return c.loaded, nil
	}
	cert, err := tls.LoadX509KeyPair(c.cert, c.key)
	switch {
	case err == nil:
		if c.loaded != nil {
			c.log.Info("certificate replaced", "file", c.cert)
		}
		c.loaded, c.seen = &cert, seen
	case c.loaded == nil:
		return nil, err
	case c.failed == nil || c.failed.Error() != err.Error(): // tried again, and not logged again
		c.log.Error("the new certificate cannot be used, the old one goes on", "file", c.cert, "reason", err)
	}
	c.failed = err
	return c.loaded, nil
}

// look tells the version of a file; the zero value when there is none.
func look(file string) version {
	info, err := os.Stat(file)
	if err != nil {
		return version{}
	}
	return version{info.ModTime(), info.Size(), info}
}

func (v version) same(w version) bool {
	return v.modified.Equal(w.modified) && v.size == w.size && (v.file == nil) == (w.file == nil) &&
		(v.file == nil || os.SameFile(v.file, w.file))
}
