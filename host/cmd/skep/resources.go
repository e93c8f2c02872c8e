package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"skep/host/internal/store"
)

// resourcesDir is the folder of files that an endpoint may read: in its project, and beside modules, where it holds a
// folder for each endpoint.
const resourcesDir = "resources"

// placeResources copies the files of a project to where a module has them. Those that were there are replaced as a whole.
// A module that stays in its project has them there already.
func placeResources(project, module string) error {
	from := filepath.Join(project, resourcesDir)
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if same, err := sameFolder(project, filepath.Dir(module)); same || err != nil {
		return err
	}
	to := resourcesOf(module)
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	stage, err := os.MkdirTemp(filepath.Dir(to), ".resources-*.tmp") // hosts do not look at such names
	if err != nil {
		return err
	}
	err = copyResources(filepath.Join(stage, "new"), from)
	if err == nil {
		err = replaceDir(to, filepath.Join(stage, "new"))
	}
	return errors.Join(err, os.RemoveAll(stage))
}

// resourcesOf is where a module has its files.
func resourcesOf(module string) string {
	return filepath.Join(filepath.Dir(module), resourcesDir, strings.TrimSuffix(filepath.Base(module), moduleExt))
}

func sameFolder(a, b string) (bool, error) {
	x, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y), err
}

// copyResources copies a folder, without what is hidden. Links and special files cannot be part of a package, so that
// they are an error.
func copyResources(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case rel != "." && store.Hidden(d.Name()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is a link or a special file: put the file itself there", path)
		}
		_, err = copyFile(filepath.Join(to, rel), path)
		return err
	})
}
