package main

import (
	"context"
	"errors"
	"fmt"

	"skep/host/internal/admin/client"
	"skep/host/internal/store"
)

// folder is a folder of services, without a host. A host that serves it sees each change.
type folder struct{ store *store.Store }

func openFolder(root string) (*folder, error) {
	s, err := store.Open(root)
	if err != nil {
		return nil, err
	}
	return &folder{s}, nil
}

// Services lists what the folder holds. Which generations a host could load is not known.
func (f *folder) Services(context.Context) ([]client.Service, error) {
	found, _, err := f.store.Scan()
	if err != nil {
		return nil, err
	}
	list := []client.Service{}
	for _, s := range found {
		list = append(list, describeStored(s))
	}
	return list, nil
}

func describeStored(s store.Service) client.Service {
	d := client.Service{ID: s.ID, Enabled: !s.State.Disabled, Mode: string(s.State.Mode),
		Generations: []client.Generation{}}
	if s.Err != nil {
		d.Problem = s.Err.Error()
	}
	active := s.State.Mapping
	for _, g := range s.Generations {
		if s.State.Mode == store.ModeNewest && active == nil && !s.State.Held(g.ID) {
			active = []store.Share{{Generation: g.ID, Proba: 1}}
		}
		item := client.Generation{ID: g.ID, Held: s.State.Held(g.ID)}
		for _, share := range active {
			if share.Generation == g.ID {
				item.Share, item.Active = share.Proba, share.Proba > 0
			}
		}
		item.Held = item.Held && !item.Active
		for _, e := range g.Endpoints {
			item.Endpoints = append(item.Endpoints, client.Endpoint{ID: e.ID, Generation: g.ID})
		}
		d.Generations = append(d.Generations, item)
	}
	return d
}

func (f *folder) Service(ctx context.Context, id string) (client.Service, error) {
	list, err := f.Services(ctx)
	if err != nil {
		return client.Service{}, err
	}
	for _, s := range list {
		if s.ID == id {
			return s, nil
		}
	}
	return client.Service{}, fmt.Errorf("%w: service %s", store.ErrNotFound, id)
}

func (f *folder) Create(_ context.Context, id string) error {
	if err := f.store.Create(id); !errors.Is(err, store.ErrExists) {
		return err
	}
	return nil
}

func (f *folder) Import(_ context.Context, id, generation, path string, _ func(done, all int64)) (string, error) {
	p, err := store.OpenPackage(path)
	if err != nil {
		return "", err
	}
	defer p.Close()
	return f.store.Import(id, generation, p, true)
}

// Preload does nothing: nothing is loaded without a host.
func (f *folder) Preload(context.Context, string, string) error { return nil }

func (f *folder) SwitchTo(_ context.Context, id, generation string) error {
	return f.store.SwitchTo(id, generation)
}

func (f *folder) SwitchToNewest(_ context.Context, id string) (string, error) {
	return f.store.SwitchToNewest(id)
}

func (f *folder) Rollback(_ context.Context, id string) (string, error) {
	previous, err := f.store.Previous(id)
	if err != nil {
		return "", err
	}
	return previous, f.store.SwitchTo(id, previous)
}

func (f *folder) SetMapping(_ context.Context, id string, mapping []client.Share) error {
	var shares []store.Share
	for _, s := range mapping {
		shares = append(shares, store.Share(s))
	}
	return f.store.SetMapping(id, shares)
}

func (f *folder) SetEnabled(_ context.Context, id string, enabled bool) error {
	return f.store.SetEnabled(id, enabled)
}

func (f *folder) Delete(_ context.Context, id string) error { return f.store.Delete(id) }

func (f *folder) DeleteGeneration(_ context.Context, id, generation string) error {
	return f.store.DeleteGeneration(id, generation)
}

func (f *folder) Clean(ctx context.Context, keep int) ([]client.Cleaned, error) {
	list, err := f.Services(ctx)
	cleaned := []client.Cleaned{}
	for _, s := range list {
		removed, cause := f.store.Clean(s.ID, keep)
		if len(removed) > 0 {
			cleaned = append(cleaned, client.Cleaned{Service: s.ID, Removed: removed})
		}
		err = errors.Join(err, cause)
	}
	return cleaned, err
}

func (f *folder) loading(id, generation string) string {
	return "a host that serves this folder loads generation " + generation + " of " + id + ", unless it cannot serve"
}

func (f *folder) missing(err error) bool { return errors.Is(err, store.ErrNotFound) }

// explain has nothing to add: the store's errors say what to do.
func (f *folder) explain(err error) error { return err }

func (f *folder) Close() error { return f.store.Close() }

var (
	_ deployments = remote{}
	_ deployments = (*folder)(nil)
)
