//go:build !wasip1

package guestsdk

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed templates/go/*
var templates embed.FS

// sdkDir is where a new project has its SDK.
const sdkDir = ".skep"

// languages are the languages that a project can be made for, each with what writes its SDK into a folder.
var languages = []struct {
	name  string
	files func() (map[string][]byte, error)
}{
	{"go", goFiles},
}

// Errors of [NewProject].
var (
	ErrLanguage = errors.New("unknown language")
	ErrName     = errors.New("not a name for an endpoint")
	ErrExists   = errors.New("file exists already")
)

// Languages are the languages that [NewProject] knows.
func Languages() []string {
	var names []string
	for _, l := range languages {
		names = append(names, l.name)
	}
	return names
}

var nameRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// NewProject writes a new endpoint into dir: sources, manifest, a test, and the SDK in .skep beside them. It makes dir
// where there is none. The error is ErrLanguage, ErrName or ErrExists, or one of the file system; where a file exists
// already nothing is written.
func NewProject(lang, dir, name string) error {
	if !nameRule.MatchString(name) {
		return fmt.Errorf("%w: %q; use 1 to 64 letters, digits, '-' and '_', the first a letter or a digit", ErrName, name)
	}
	for _, l := range languages {
		if l.name != lang {
			continue
		}
		files, err := projectFiles(lang, name)
		if err != nil {
			return err
		}
		sdk, err := l.files()
		if err != nil {
			return err
		}
		for file, content := range sdk {
			files[path.Join(sdkDir, file)] = content
		}
		if err := free(dir, files); err != nil {
			return err
		}
		return write(dir, files, os.O_EXCL)
	}
	return fmt.Errorf("%w: %q; known are: %s", ErrLanguage, lang, strings.Join(Languages(), ", "))
}

// projectFiles are the template's files by their paths, with the name filled in.
func projectFiles(lang, name string) (map[string][]byte, error) {
	files := map[string][]byte{}
	root := "templates/" + lang
	entries, err := templates.ReadDir(root)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		content, err := templates.ReadFile(root + "/" + entry.Name())
		if err != nil {
			return nil, err
		}
		file := strings.TrimSuffix(entry.Name(), ".tmpl")
		files[file] = bytes.ReplaceAll(content, []byte("{{name}}"), []byte(name))
	}
	return files, nil
}

// free says which file of a project exists already.
func free(dir string, files map[string][]byte) error {
	for _, file := range sorted(files) {
		name := filepath.Join(dir, filepath.FromSlash(file))
		if _, err := os.Lstat(name); err == nil {
			return fmt.Errorf("%s: %w; choose an empty folder", name, ErrExists)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
