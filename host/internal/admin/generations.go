package admin

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"skep/host/internal/activate"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// generationItem is a generation in a list.
type generationItem struct {
	Generation string         `json:"generation"`
	Active     bool           `json:"active"`
	Proba      float64        `json:"proba"`
	Loaded     bool           `json:"loaded"`
	Held       bool           `json:"held,omitempty"`   // waits for a switch
	Reason     string         `json:"reason,omitempty"` // why it cannot serve
	Endpoints  []endpointItem `json:"endpoints,omitempty"`
}

func describeGenerations(st activate.Status, endpoints bool) []generationItem {
	list := []generationItem{}
	for _, g := range st.Generations {
		item := generationItem{Generation: g.ID, Active: g.Share > 0, Proba: g.Share, Loaded: g.Loaded,
			Held: g.Held && g.Share == 0}
		if g.Refused != nil {
			item.Reason = g.Refused.Error()
		}
		for _, e := range g.Endpoints {
			outlived := g.Outlived[e.ID]
			if !endpoints && e.State != service.StateRefused && outlived == nil {
				continue
			}
			described := describeEndpoint(e)
			if outlived != nil {
				described.Reason = outlived.Error()
			}
			item.Endpoints = append(item.Endpoints, described)
		}
		list = append(list, item)
	}
	return list
}

func (s *Server) listGenerations(_ http.ResponseWriter, r *http.Request) (any, error) {
	st, err := s.find(r)
	if err != nil {
		return nil, err
	}
	return struct {
		Generations []generationItem `json:"generations"`
	}{describeGenerations(st, false)}, nil
}

// uploadGeneration makes a generation of the archive in the body. With activate=true it becomes the active one.
func (s *Server) uploadGeneration(_ http.ResponseWriter, r *http.Request) (any, error) {
	archive, err := s.Store.Receive(r.Body)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	return s.take(r, archive, r.URL.Query().Get("generation"), r.URL.Query().Get("activate") == "true")
}

// importGeneration makes a generation of an archive or a folder on the host's disk. Its name is that of the file.
func (s *Server) importGeneration(_ http.ResponseWriter, r *http.Request) (any, error) {
	path := r.URL.Query().Get("filePath")
	if path == "" {
		return nil, badRequest("filePath is missing: name an archive on the host's disk")
	}
	if !filepath.IsAbs(path) {
		return nil, badRequest("filePath must be absolute, as the host may run in another folder")
	}
	p, err := store.OpenPackage(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w; a confined host reads nothing outside of its folder of services: put the archive "+
			"there, or send it in the body of a request", err)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: the host's disk has no %s", store.ErrNotFound, path)
	case err != nil:
		return nil, err
	}
	defer p.Close()
	generation := r.URL.Query().Get("generation")
	if generation == "" {
		generation = strings.TrimSuffix(filepath.Base(path), ".zip")
	}
	return s.take(r, p, generation, false)
}

// take imports a package.
func (s *Server) take(r *http.Request, p store.Package, generation string, activate bool) (any, error) {
	generation, err := s.Store.Import(r.PathValue("service"), generation, p, true)
	if err != nil {
		return nil, err
	}
	if activate {
		return s.change(r, generation)
	}
	return ok{true, generation}, s.refresh(r.Context())
}

func (s *Server) preload(_ http.ResponseWriter, r *http.Request) (any, error) {
	generation := r.PathValue("generation")
	return ok{true, generation}, s.load(r.Context(), r.PathValue("service"), generation)
}

func (s *Server) deleteGeneration(_ http.ResponseWriter, r *http.Request) (any, error) {
	if err := s.Store.DeleteGeneration(r.PathValue("service"), r.PathValue("generation")); err != nil {
		return nil, err
	}
	return ok{OK: true}, s.refresh(r.Context())
}

// cleanUnused removes the generations of all services that nothing maps to, but for the newest of them, as many as keep
// says.
func (s *Server) cleanUnused(_ http.ResponseWriter, r *http.Request) (any, error) {
	type cleaned struct {
		ServiceID string   `json:"serviceId"`
		Removed   []string `json:"removed"`
	}
	report := struct {
		Services []cleaned `json:"services"`
	}{[]cleaned{}}
	keep := 0
	if text := r.URL.Query().Get("keep"); text != "" {
		var err error
		if keep, err = strconv.Atoi(text); err != nil || keep < 0 {
			return nil, badRequest("keep is not a number of generations")
		}
	}
	for _, st := range s.Activator.Services() {
		removed, err := s.Store.Clean(st.ID, keep)
		if err != nil {
			return nil, err
		}
		if len(removed) > 0 {
			report.Services = append(report.Services, cleaned{st.ID, removed})
		}
	}
	return report, s.refresh(r.Context())
}
