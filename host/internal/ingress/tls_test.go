package ingress

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certify writes a certificate of that name for 127.0.0.1, signed by itself, and its key.
func certify(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(file+".new", pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// dialTLS opens a connection and gives the name in the server's certificate.
func (s *running) dialTLS(t *testing.T, config *tls.Config) (*tls.Conn, string) {
	t.Helper()
	c := tls.Client(s.dial(t), config)
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	return c, c.ConnectionState().PeerCertificates[0].Subject.CommonName
}

// anyone trusts every certificate: which one it is, is what the tests look at.
func anyone() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }

func TestTLS(t *testing.T) {
	cert, key := certify(t, t.TempDir(), "first")
	s := wired(t, Wire{Certificate: cert, Key: key})
	text, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	for range 3 {
		res, err := client.Post("https://"+s.addr+echoPath, "", strings.NewReader(`{"a":1}`))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 || res.ProtoMajor != 1 || !strings.HasPrefix(string(body), `{"response":{"a":1},`) {
			t.Errorf("%s %d %s, %v", res.Proto, res.StatusCode, body, err)
		}
		_ = res.Body.Close()
	}
	conn, _ := s.dialTLS(t, anyone())
	if _, err := io.WriteString(conn, strings.Repeat(request("GET", "/isAlive", ""), 3)+"GET /x HTTP/1.1\nHost: x\n\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	for i, want := range []int{200, 200, 200, 400} {
		res, err := http.ReadResponse(in, nil)
		if err != nil || res.StatusCode != want {
			t.Fatalf("answer %d: %v, %v", i, res, err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
	}
	if rest, err := io.ReadAll(in); len(rest) > 0 || err != nil { // a whole end, not a cut one
		t.Errorf("%q, %v", rest, err)
	}
}

func TestTLSRefusals(t *testing.T) {
	cert, key := certify(t, t.TempDir(), "first")
	s := wired(t, Wire{Certificate: cert, Key: key})
	got := s.parse(t, s.raw(t, request("GET", "/isAlive", "")), "GET")[0]
	checkError(t, "plain HTTP", got, 400, "IllegalArgument")
	if junk := s.raw(t, "\x00\x01\x02\x03\x04\x05\x06"); strings.HasPrefix(junk, "HTTP") {
		t.Errorf("junk: %q", junk)
	}
	old := anyone()
	old.MaxVersion = tls.VersionTLS11
	if err := tls.Client(s.dial(t), old).Handshake(); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	old.MaxVersion = tls.VersionTLS12
	s.dialTLS(t, old)
}

// A client that begins a handshake and does not end it is dropped, and holds nobody up.
func TestTLSHandshakeTimeout(t *testing.T) {
	cert, key := certify(t, t.TempDir(), "first")
	server := New(Config{Access: public{}, Registry: registry(), Version: "9.9.9", Log: slog.New(slog.DiscardHandler),
		Wire: Wire{Certificate: cert, Key: key}})
	server.gate.read = 50 * time.Millisecond
	s := serveOn(t, server)
	slow := s.dial(t)
	if _, err := io.WriteString(slow, "\x16\x03\x01\x02\x00"); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(slow); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%q, %v", answer, err)
	}
}

// A certificate that is replaced is the one of new connections, and old ones go on. What cannot be used changes nothing.
func TestCertificateReload(t *testing.T) {
	dir := t.TempDir()
	cert, key := certify(t, dir, "first")
	log := new(syncBuffer)
	c := newCertificates(cert, key, slog.New(slog.NewTextHandler(log, nil)))
	c.interval = 0
	server := New(Config{Access: public{}, Registry: registry(endpoint("echo", guest(echoArgs))), Version: "9.9.9",
		Log: slog.New(slog.DiscardHandler)})
	server.gate.tls = c.config()
	s := serveOn(t, server)

	old, name := s.dialTLS(t, anyone())
	if name != "first" {
		t.Fatal(name)
	}
	certify(t, dir, "second")
	if _, name := s.dialTLS(t, anyone()); name != "second" {
		t.Errorf("after the replacement: %s", name)
	}
	if err := os.WriteFile(cert, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, name := s.dialTLS(t, anyone()); name != "second" {
			t.Errorf("after junk: %s", name)
		}
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, name := s.dialTLS(t, anyone()); name != "second" {
		t.Errorf("without a key: %s", name)
	}
	certify(t, dir, "third")
	if _, name := s.dialTLS(t, anyone()); name != "third" {
		t.Errorf("in the end: %s", name)
	}
	if got := ask(t, old); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Errorf("the first connection: %s", got)
	}
	text := log.String()
	if replaced, failed := strings.Count(text, "certificate replaced"), strings.Count(text, "cannot be used"); replaced != 2 ||
		failed != 2 || bytes.Contains([]byte(text), []byte("PRIVATE")) {
		t.Errorf("the log: %s", text)
	}
}
