package store

import (
	"fmt"
	"io/fs"
	"path/filepath"
)

// Keys reads the file of API keys of a service; of the host's administrators where the id is empty.
func (s *Store) Keys(id string) (Text, error) { return s.operatorFile(keysPath(id)) }

// ServiceFile reads a file that service.toml names, in the folder of the service. It must be there.
func (s *Store) ServiceFile(id, name string) (Text, error) {
	text, err := s.operatorFile(filepath.Join(id, name))
	if err == nil && text.Name == "" {
		err = fmt.Errorf("%s: %w", filepath.Join(s.path, id, name), fs.ErrNotExist)
	}
	return text, err
}

// UpdateKeys replaces the file that [Store.Keys] reads by what change makes of it. Readers see the old text or the new
// one, also after a crash, and updates come one after the other, also those of other processes. When change fails, or
// gives the same text, nothing is written. It gives the path of the file.
func (s *Store) UpdateKeys(id string, change func(old []byte) ([]byte, error)) (path string, err error) {
	name := keysPath(id)
	path = filepath.Join(s.path, name)
	if id != "" {
		if err := s.exists(id); err != nil {
			return path, err
		}
	}
	unlock, err := s.lock()
	if err != nil {
		return path, err
	}
	defer unlock()
	old, err := s.Keys(id)
	if err != nil {
		return path, err
	}
	text, err := change(old.Bytes)
	if err != nil || string(text) == string(old.Bytes) {
		return path, err
	}
	return path, s.replaceFile(name, text, 0o600)
}

func keysPath(id string) string {
	if id == "" {
		return adminKeysFile
	}
	return filepath.Join(id, keysFile)
}
