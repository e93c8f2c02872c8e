package guestbuild

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// language is one guest language: a row of languages, and a file of its name.
type language struct {
	name   string
	detect func(files []string) bool // whether a folder with these files, sorted, is of the language
	build  func(context.Context, job) error
	finish func(module []byte) ([]byte, error) // what is done to the module then; nil: nothing
	hint   string                              // what to do about missing exports
}

// job is what a compiler has to do.
type job struct {
	dir string    // folder of the sources, absolute
	out string    // where the module goes, absolute, in a folder that exists
	log io.Writer // may be nil
}

// languages are the guest languages. The first one that detects a folder takes it.
var languages = []language{
	golang,
}

// Languages are the names of the guest languages.
func Languages() []string {
	names := make([]string, len(languages))
	for i, l := range languages {
		names[i] = l.name
	}
	return names
}

// choose finds the language of a folder: the first name that is not empty, else what its files say.
func choose(dir string, names ...string) (language, error) {
	known := strings.Join(Languages(), ", ")
	for _, name := range names {
		if name == "" {
			continue
		}
		for _, l := range languages {
			if l.name == name {
				return l, nil
			}
		}
		return language{}, fmt.Errorf("%w %q; there are %s", ErrLanguage, name, known)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return language{}, err
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() {
			files = append(files, e.Name())
		}
	}
	i := slices.IndexFunc(languages, func(l language) bool { return l.detect(files) })
	if i < 0 {
		return language{}, fmt.Errorf("%w found in the folder's files; there are %s, say which under [build] lang in %s",
			ErrLanguage, known, ManifestFile)
	}
	return languages[i], nil
}
