package activate

import (
	"errors"
	"fmt"
	"path"

	"skep/host/internal/resources"
	"skep/host/internal/sandbox"
	"skep/host/internal/store"
)

// ErrResources says that the files of an endpoint are not what its manifest says.
var ErrResources = errors.New("resources")

// resources opens the files of a candidate, and gives the guest's paths of the folders that it is told of: those that its
// manifest names, in that order, else the folder of all. There is neither where the endpoint has no files.
func (a *Activator) resources(c *candidate) (*resources.Folder, []string, error) {
	root, err := a.Store.Resources(c.stored)
	if err != nil {
		return nil, nil, err
	}
	if root == nil {
		if named := c.manifest.Resources; len(named) > 0 {
			return nil, nil, fmt.Errorf("%w: the manifest names %q, but there is no folder resources/%s beside the module",
				ErrResources, named[0], c.stored.ID)
		}
		return nil, nil, nil
	}
	folder, err := resources.Open(root, store.Hidden)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", c.stored.Resources, err)
	}
	if len(c.manifest.Resources) == 0 {
		return folder, []string{sandbox.ResourcesPath}, nil
	}
	var paths []string
	for _, name := range c.manifest.Resources {
		if e, err := folder.Find(folder.Top(), name); err != nil || !e.IsDir() {
			_ = folder.Close() // nothing was written
			return nil, nil, fmt.Errorf("%w: the manifest names %q, but %s holds no such folder", ErrResources, name,
				c.stored.Resources)
		}
		paths = append(paths, path.Join(sandbox.ResourcesPath, name))
	}
	return folder, paths, nil
}
