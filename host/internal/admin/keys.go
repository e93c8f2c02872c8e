package admin

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"skep/host/internal/auth"
	"skep/host/internal/manifest"
	"skep/host/internal/store"
)

// keyItem is a key of an administrator, as the client's lists have it.
type keyItem struct {
	ID          string `json:"id"`
	Key         string `json:"key,omitempty"` // the key itself: when it is made, and never again
	Label       string `json:"label,omitempty"`
	Description string `json:"description,omitempty"`
	CreatedBy   string `json:"createdBy,omitempty"`
	CreatedOn   string `json:"createdOn,omitempty"`
	Expiry      string `json:"expiry,omitempty"`
}

func describeKey(k manifest.Key) keyItem {
	item := keyItem{ID: k.ID, Label: k.Label, Description: k.Description, CreatedBy: k.CreatedBy}
	if !k.Created.IsZero() {
		item.CreatedOn = k.Created.Format(time.RFC3339)
	}
	if !k.Expiry.IsZero() {
		item.Expiry = k.Expiry.Format(time.RFC3339)
	}
	return item
}

// authorize says whose key a request has.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) (id string, err error) {
	keys, err := s.keys()
	if err != nil {
		return "", err
	}
	set, err := auth.NewKeySet(keys)
	if err != nil {
		return "", err
	}
	if set.Len() == 0 {
		return "", fmt.Errorf("%w: this host has no key for administrators yet: make one with skep keys new --admin",
			auth.ErrNotAuthenticated)
	}
	var headers [][]byte
	for _, h := range r.Header.Values("Authorization") {
		headers = append(headers, []byte(h))
	}
	if id, err = set.Authorize(headers); err != nil {
		w.Header().Set("WWW-Authenticate", `Basic realm="skep admin"`)
		if s.Audit != nil {
			s.Audit.Info("authfail", "path", shown(r.URL.Path), "remote", remote(r), "reason", err.Error())
		}
	}
	return id, err
}

// remote is the address of a client, without its port.
func remote(r *http.Request) string {
	if a, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return a.Addr().String()
	}
	return r.RemoteAddr
}

func (s *Server) keys() ([]manifest.Key, error) {
	text, err := s.Store.Keys("")
	if err != nil {
		return nil, err
	}
	return auth.ParseKeys(text.Bytes)
}

func (s *Server) listKeys(http.ResponseWriter, *http.Request) (any, error) {
	keys, err := s.keys()
	if err != nil {
		return nil, err
	}
	list := []keyItem{}
	for _, k := range keys {
		list = append(list, describeKey(k))
	}
	return list, nil
}

func (s *Server) addKey(_ http.ResponseWriter, r *http.Request) (any, error) {
	var body struct {
		Label, Description, CreatedBy *string
		Expiry                        *string
	}
	if err := readBody(r, &body); err != nil {
		return nil, err
	}
	secret, key := auth.GenerateKey(time.Now())
	for _, field := range []struct {
		to   *string
		from *string
	}{{&key.Label, body.Label}, {&key.Description, body.Description}, {&key.CreatedBy, body.CreatedBy}} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	if body.Expiry != nil && *body.Expiry != "" {
		expiry, err := time.Parse(time.RFC3339, *body.Expiry)
		if err != nil {
			return nil, badRequest("expiry is not a time as 2027-01-31T12:00:00Z")
		}
		key.Expiry = expiry.UTC()
	}
	if _, err := key.Check(); err != nil {
		return nil, badRequest(err.Error())
	}
	if err := s.updateKeys(func(keys []manifest.Key) ([]manifest.Key, error) { return append(keys, key), nil }); err != nil {
		return nil, err
	}
	item := describeKey(key)
	item.Key = secret
	return item, nil
}

func (s *Server) updateKeys(change func([]manifest.Key) ([]manifest.Key, error)) error {
	_, err := s.Store.UpdateKeys("", func(old []byte) ([]byte, error) {
		keys, err := auth.ParseKeys(old)
		if err != nil {
			return nil, err
		}
		if keys, err = change(keys); err != nil {
			return nil, err
		}
		return auth.FormatKeys(keys)
	})
	return err
}

// deleteKey revokes the key that the path holds. Its text must not get into a log: the path of this request does not.
func (s *Server) deleteKey(_ http.ResponseWriter, r *http.Request) (any, error) {
	keys, err := s.keys()
	if err != nil {
		return nil, err
	}
	set, err := auth.NewKeySet(keys)
	if err != nil {
		return nil, err
	}
	id, err := set.Authorize([][]byte{[]byte("Bearer " + r.PathValue("key"))})
	if err != nil {
		return nil, fmt.Errorf("%w: no such key", store.ErrNotFound)
	}
	return s.revoke(id)
}

func (s *Server) deleteKeyByID(_ http.ResponseWriter, r *http.Request) (any, error) {
	return s.revoke(r.PathValue("id"))
}

func (s *Server) revoke(id string) (any, error) {
	err := s.updateKeys(func(keys []manifest.Key) ([]manifest.Key, error) {
		left := slices.DeleteFunc(slices.Clone(keys), func(k manifest.Key) bool { return k.ID == id })
		if len(left) == len(keys) {
			return nil, fmt.Errorf("%w: no key with this id", store.ErrNotFound)
		}
		return left, nil
	})
	return ok{OK: true}, err
}
