package host

import (
	"errors"

	"skep/host/internal/manifest"
	"skep/host/internal/store"
)

// Setting is the value of a key of skep.toml that stands for a flag of the skep command.
type Setting = manifest.Flag

// ReadSettings reads skep.toml in a folder of services and gives what it says in place of flags. It is for programs that
// have these flags: [New] takes a [Config], and of the file no more than what endpoints may ask for at most.
func ReadSettings(root string) ([]Setting, error) {
	s, err := store.Open(root)
	if err != nil {
		return nil, err
	}
	settings, err := readSettings(s)
	return settings.Flags, errors.Join(err, s.Close())
}

func readSettings(s *store.Store) (manifest.Host, error) {
	text, err := s.Host()
	if err != nil {
		return manifest.Host{}, err
	}
	return manifest.ParseHost(text.Name, text.Bytes)
}
