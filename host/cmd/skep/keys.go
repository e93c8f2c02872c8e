package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
	"skep/host/internal/auth"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

func newKeys() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Make, list and revoke API keys",
		Long: `Make, list and revoke the API keys of a service, or of the host's administrators. They are
kept as hashes in <root>/<service>/keys.json and <root>/admin-keys.json.

A service asks for keys when its service.toml says so:

  [auth]
  method = "API_KEYS"

A host that runs takes changes over within seconds. With --host the keys of administrators
are those of a host that runs, whose admin API wants one of them; the first one is made in
the folder.`,
		Example: `  skep keys new --service demo --label "Bea's laptop" --expiry 2160h
  skep keys list --service demo
  skep keys revoke --service demo k0a1b2c3d4e5f
  skep keys new --admin --label ci --host http://127.0.0.1:12001 --key-file admin.key`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newKeysNew(), newKeysList(), newKeysRevoke())
	return cmd
}

// keyOwner are the flags that say whose keys are meant.
type keyOwner struct {
	access
	root, service string
	admin, json   bool
}

func (o *keyOwner) add(cmd *cobra.Command) {
	o.access.add(cmd)
	cmd.Flags().StringVar(&o.root, "root", "./services", "folder of services `DIR`")
	cmd.Flags().StringVar(&o.service, "service", "", "keys of the service `NAME`")
	cmd.Flags().BoolVar(&o.admin, "admin", false, "keys of the host's administrators")
}

// open gives the store and the id that it knows the owner by.
func (o *keyOwner) open(cmd *cobra.Command) (s *store.Store, id string, err error) {
	switch {
	case (o.service == "") != o.admin:
		return nil, "", misuse(cmd, "say whose keys: --service NAME or --admin")
	case !o.admin && !service.ValidID(o.service):
		return nil, "", misuse(cmd, "%q is not the name of a service: %s", o.service, service.IDRule)
	}
	s, err = store.Open(o.root)
	return s, o.service, err
}

// do works on the keys: on those of a host that runs, where one is named, else on those in the folder.
func (o *keyOwner) do(cmd *cobra.Command, remote func(*client.Client) error,
	local func(s *store.Store, id string) error) (err error) {
	c, err := o.remote(cmd)
	switch {
	case err != nil:
		return err
	case c != nil:
		return remote(c)
	}
	s, id, err := o.open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return local(s, id)
}

// settings are what service.toml says of who may call.
func (o *keyOwner) settings(s *store.Store) (manifest.Auth, error) {
	if o.admin {
		return manifest.Auth{}, nil
	}
	text, err := s.Service(o.service)
	if err != nil {
		return manifest.Auth{}, err
	}
	parsed, err := manifest.ParseService(text.Name, text.Bytes)
	return parsed.Auth, err
}

func newKeysNew() *cobra.Command {
	var owner keyOwner
	var label, description string
	var expiry expiryTime
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Make an API key, and print it once",
		Long: `Make an API key and print it. It is not stored and cannot be printed again; what is stored
is its hash, an id that stands in logs, and what the flags say.`,
		Example: `  skep keys new --service demo
  skep keys new --service demo --label nightly --expiry 2030-12-31T00:00:00Z
  skep keys new --admin`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return owner.do(cmd, func(c *client.Client) error {
				return owner.makeKey(cmd, c, client.Key{Label: label, Description: description, Expiry: expiry.Time})
			}, func(s *store.Store, id string) error {
				settings, err := owner.settings(s)
				if err != nil {
					return err
				}
				secret, key := auth.GenerateKey(time.Now())
				key.Label, key.Description, key.Expiry = label, description, expiry.Time
				path, err := updateKeys(s, id, func(keys []manifest.Key) ([]manifest.Key, error) {
					_, err := auth.NewKeySet(settings.Keys, keys, []manifest.Key{key})
					return append(keys, key), err
				})
				if err != nil {
					return err
				}
				if err := owner.printNew(cmd, secret, described(key)); err != nil {
					return err
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "%s is the id of the key, and its hash is in %s. Keep the key: it is shown only "+
					"now.\n", key.ID, path)
				if !owner.admin && settings.Method != manifest.AuthAPIKeys {
					fmt.Fprintf(cmd.ErrOrStderr(), "No key is asked for yet: the service.toml of %s does not say "+
						"[auth] method = \"API_KEYS\".\n", id)
				}
				return nil
			})
		},
	}
	owner.add(cmd)
	cmd.Flags().BoolVar(&owner.json, "json", false, "print JSON")
	cmd.Flags().StringVar(&label, "label", "", "`TEXT` that says whose the key is")
	cmd.Flags().StringVar(&description, "description", "", "`TEXT` that says what the key is for")
	cmd.Flags().Var(&expiry, "expiry", "`TIME` from when on the key is not valid: 2030-12-31T00:00:00Z, or 720h from now")
	return cmd
}

func newKeysList() *cobra.Command {
	var owner keyOwner
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List API keys, by id",
		Long:    "List the API keys, those in service.toml too. The keys themselves are not known.",
		Example: "  skep keys list --service demo",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return owner.do(cmd, func(c *client.Client) error {
				list, err := c.Keys(cmd.Context())
				if err != nil {
					return explainAccess(c, err)
				}
				return owner.list(cmd.OutOrStdout(), list, time.Now())
			}, func(s *store.Store, id string) error {
				settings, err := owner.settings(s)
				if err != nil {
					return err
				}
				text, err := s.Keys(id)
				if err != nil {
					return err
				}
				keys, err := auth.ParseKeys(text.Bytes)
				if err != nil {
					return fmt.Errorf("%s: %w", text.Name, err)
				}
				list := []client.Key{}
				for _, k := range append(settings.Keys, keys...) {
					list = append(list, described(k))
				}
				return owner.list(cmd.OutOrStdout(), list, time.Now())
			})
		},
	}
	owner.add(cmd)
	cmd.Flags().BoolVar(&owner.json, "json", false, "print JSON")
	return cmd
}

// described is a stored key as a host describes it, without its hash.
func described(k manifest.Key) client.Key {
	return client.Key{ID: k.ID, Label: k.Label, Description: k.Description, Created: k.Created, Expiry: k.Expiry}
}

// printNew prints a key that was made: this once.
func (o *keyOwner) printNew(cmd *cobra.Command, secret string, key client.Key) error {
	if o.json {
		key.Key = secret
		return printJSON(cmd.OutOrStdout(), key)
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), printable(secret))
	return err
}

func (o *keyOwner) list(w io.Writer, keys []client.Key, now time.Time) error {
	slices.SortFunc(keys, func(a, b client.Key) int { return cmp.Compare(a.ID, b.ID) })
	if o.json {
		return printJSON(w, keys)
	}
	var t table
	t.row("ID", "CREATED", "EXPIRY", "LABEL")
	for _, k := range keys {
		expiry := date(k.Expiry)
		if !k.Expiry.IsZero() && !now.Before(k.Expiry) {
			expiry += " (expired)"
		}
		t.row(k.ID, date(k.Created), expiry, k.Label)
	}
	return t.print(w)
}

func date(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339)
}

func newKeysRevoke() *cobra.Command {
	var owner keyOwner
	cmd := &cobra.Command{
		Use:     "revoke ID",
		Short:   "Make an API key invalid",
		Long:    "Make an API key invalid for good, by removing what is stored of it.",
		Example: "  skep keys revoke --service demo k0a1b2c3d4e5f",
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return owner.do(cmd, func(c *client.Client) error {
				return explainAccess(c, c.RevokeKey(cmd.Context(), args[0]))
			}, func(s *store.Store, id string) error {
				_, err := updateKeys(s, id, func(keys []manifest.Key) ([]manifest.Key, error) {
					rest := slices.DeleteFunc(slices.Clone(keys), func(k manifest.Key) bool { return k.ID == args[0] })
					if len(rest) == len(keys) {
						return nil, owner.unknownKey(s, args[0])
					}
					return rest, nil
				})
				return err
			})
		},
	}
	owner.add(cmd)
	return cmd
}

// unknownKey says that the file of keys has none of that id, and where it is if it is elsewhere.
func (o *keyOwner) unknownKey(s *store.Store, id string) error {
	settings, err := o.settings(s)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(settings.Keys, func(k manifest.Key) bool { return k.ID == id }) {
		return fmt.Errorf("the key %q is one of service.toml: remove it there", id)
	}
	return fmt.Errorf("there is no key %q; skep keys list shows those there are", id)
}

// updateKeys changes a file of keys, and gives its path.
func updateKeys(s *store.Store, id string, change func([]manifest.Key) ([]manifest.Key, error)) (string, error) {
	return s.UpdateKeys(id, func(old []byte) ([]byte, error) {
		keys, err := auth.ParseKeys(old)
		if err != nil {
			return nil, err
		}
		if keys, err = change(keys); err != nil {
			return nil, err
		}
		return auth.FormatKeys(keys)
	})
}

// expiryTime is a flag for a moment to come; zero is never.
type expiryTime struct{ time.Time }

func (e *expiryTime) Type() string { return "time" }
func (e *expiryTime) String() string {
	if e.IsZero() {
		return ""
	}
	return e.Format(time.RFC3339)
}
func (e *expiryTime) Set(v string) error {
	at, err := time.Parse(time.RFC3339, v)
	if d, notDuration := time.ParseDuration(v); notDuration == nil {
		at, err = time.Now().Add(d), nil
	}
	if err != nil || !at.After(time.Now()) {
		return errors.New("allowed are times to come, as 2030-12-31T00:00:00Z or 720h from now")
	}
	e.Time = at.UTC().Truncate(time.Second)
	return nil
}
