package store

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Text is a file of the operator. The zero value is one that is not there.
type Text struct {
	Name  string // with the path of the folder of services, as people look for it
	Bytes []byte
}

// Host reads skep.toml: the operator's settings for all services.
func (s *Store) Host() (Text, error) { return s.operatorFile(hostFile) }

// Service reads service.toml: the operator's settings for one service.
func (s *Store) Service(id string) (Text, error) {
	return s.operatorFile(filepath.Join(id, serviceManifest))
}

// Alive says whether load balancers are to send requests here: until there is a file, or anything else, of the name
// apinode-not-alive.txt in the folder of services.
func (s *Store) Alive() bool {
	_, err := s.root.Lstat(notAliveFile)
	return errors.Is(err, fs.ErrNotExist)
}

// operatorFile reads a file that may be missing. Whatever else keeps it from being read is an error: what it forbids
// must not become allowed because a link leads nowhere.
func (s *Store) operatorFile(name string) (Text, error) {
	if _, err := s.root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return Text{}, nil
	}
	data, err := s.readFile(name, MaxManifest)
	if err != nil {
		return Text{}, err
	}
	return Text{filepath.Join(s.path, name), data}, nil
}
