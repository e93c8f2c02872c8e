package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
)

var (
	model string
	index *os.File // stays open
)

// load reads a file and keeps another one open.
func load(dir string) {
	text, err := os.ReadFile(dir + "/model")
	if err != nil {
		panic(err)
	}
	model = string(text)
	if index, err = os.Open(dir + "/index"); err != nil {
		panic(err)
	}
	if _, err := io.ReadFull(index, make([]byte, 2)); err != nil {
		panic(err)
	}
}

// onFile does something with a file and says what came of it.
func onFile(what, name string) string {
	text, err := tryFile(what, name)
	var number syscall.Errno
	switch e := err.(type) {
	case nil:
		return text
	case *os.PathError:
		number, _ = e.Err.(syscall.Errno)
	case *os.LinkError:
		number, _ = e.Err.(syscall.Errno)
	default:
		return text + err.Error()
	}
	if text == "" {
		text = "error: "
	}
	return text + number.Error()
}

func tryFile(what, name string) (string, error) {
	switch what {
	case "read":
		text, err := os.ReadFile(name)
		return string(text), err
	case "sum":
		text, err := os.ReadFile(name)
		return fmt.Sprint(len(text)), err
	case "list":
		entries, err := os.ReadDir(name)
		var list []string
		for _, e := range entries {
			line := e.Name() + "/"
			if !e.IsDir() {
				info, err := e.Info()
				if err != nil {
					return "", err
				}
				line = fmt.Sprint(e.Name(), " ", info.Size())
			}
			list = append(list, line)
		}
		return strings.Join(list, ","), err
	case "stat":
		info, err := os.Stat(name)
		if err != nil {
			return "", err
		}
		kind := "file "
		if info.IsDir() {
			kind = "folder "
		}
		return kind + fmt.Sprint(info.Size()), nil
	case "tail":
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		if _, err := f.Seek(-6, io.SeekEnd); err != nil {
			return "", err
		}
		text, err := io.ReadAll(f)
		return string(text), err
	case "write":
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
		if err == nil {
			f.Close()
		}
		return "", err
	case "create":
		_, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		return "", err
	case "truncate":
		_, err := os.OpenFile(name, os.O_RDONLY|os.O_TRUNC, 0)
		return "", err
	case "mkdir":
		return "", os.Mkdir(name, 0o755)
	case "remove":
		return "", os.Remove(name)
	case "rename":
		return "", os.Rename(name, name+"2")
	case "link":
		return "", os.Link(name, name+"2")
	case "symlink":
		return "", os.Symlink("/etc/passwd", name+"2")
	case "chtimes":
		return "", os.Chtimes(name, time.Time{}, time.Unix(1, 0))
	case "many", "many and trap":
		for n := 0; ; n++ {
			if _, err := syscall.Open(name, syscall.O_RDONLY, 0); err != nil {
				if what != "many" {
					var nothing *int
					*nothing = 1
				}
				return fmt.Sprint(n, ": "), &os.PathError{Err: err}
			}
		}
	case "index":
		b := make([]byte, 3)
		n, err := index.Read(b)
		return string(b[:n]), err
	case "close":
		return "", index.Close()
	}
	return "", fmt.Errorf("unknown order %s", what)
}
