package host_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"skep/host"
)

// folder is a service whose generations are files that somebody copies, renames and removes, and what must become of
// them: the newest sound generation serves, or the one that was switched to.
type folder struct {
	*administered
	dir    string // of the generations
	next   int    // number of the generation that comes next; the higher, the newer
	texts  map[string]string
	sound  []string // generations that are whole, the oldest first
	halves []string // that are not, but may become so
	pinned string   // "" for the newest

	mu    sync.Mutex
	known map[string]string // the text of each generation that may ever serve
}

// newFolder begins with one generation. The modules of so many are compiled.
func newFolder(t *testing.T, generations int) *folder {
	compiled(t, saying("tg", 1, generations)...)
	f := &folder{administered: administer(t, host.Config{}), next: 1, texts: map[string]string{}, known: map[string]string{}}
	f.dir = filepath.Join(f.root, "docs", "generations")
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	f.putWhole(t)
	f.settled(t)
	return f
}

// name makes a name for a generation that answers with a text, "" for a new one.
func (f *folder) name(text string) string {
	name := fmt.Sprintf("g%d", f.next)
	f.next++
	if text == "" {
		text = "t" + name
	}
	f.mu.Lock()
	f.known[name] = text
	f.mu.Unlock()
	f.texts[name] = text
	return name
}

func (f *folder) write(t *testing.T, dir, name, text string) {
	t.Helper()
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// putWhole makes a generation elsewhere and moves it into its place.
func (f *folder) putWhole(t *testing.T) {
	t.Helper()
	name := f.name("")
	made := filepath.Join(f.dir, "."+name)
	f.write(t, made, "a.wasm", says(f.texts[name]))
	f.write(t, made, "b.wasm", says(f.texts[name]))
	f.move(t, "."+name, name)
	f.sound = append(f.sound, name)
}

func (f *folder) move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(f.dir, from), filepath.Join(f.dir, to)); err != nil {
		t.Fatal(err)
	}
}

// putHalf begins to copy a generation; complete does the rest.
func (f *folder) putHalf(t *testing.T) {
	t.Helper()
	name := f.name("")
	half := says(f.texts[name])
	f.write(t, filepath.Join(f.dir, name), "a.wasm", half[:len(half)/2])
	f.halves = append(f.halves, name)
}

// complete writes the second module first, so that the generation is broken until it is whole.
func (f *folder) complete(t *testing.T) {
	t.Helper()
	name := f.halves[0]
	f.halves = f.halves[1:]
	f.write(t, filepath.Join(f.dir, name), "b.wasm", says(f.texts[name]))
	f.write(t, filepath.Join(f.dir, name), "a.wasm", says(f.texts[name]))
	f.sound = append(f.sound, name)
}

func (f *folder) rename(t *testing.T, name string) {
	t.Helper()
	to := f.name(f.texts[name])
	f.move(t, name, to)
	f.forget(name)
	f.sound = append(f.sound, to)
}

func (f *folder) remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(f.dir, name)); err != nil {
		t.Fatal(err)
	}
	f.forget(name)
}

func (f *folder) forget(name string) {
	var left []string
	for _, g := range f.sound {
		if g != name {
			left = append(left, g)
		}
	}
	f.sound = left
}

// serves is the generation that must serve in the end.
func (f *folder) serves() (newest string) {
	if f.pinned != "" {
		return f.pinned
	}
	for _, g := range f.sound {
		if number(g) > number(newest) {
			newest = g
		}
	}
	return newest
}

// settled waits until the generation serves that must, and until those that cannot are found out.
func (f *folder) settled(t *testing.T) {
	t.Helper()
	want := f.serves()
	await(t, want+" to serve", func() (any, bool) {
		got := f.Post(t, "docs/a/run", "{}").Body
		return got, strings.Contains(got, `"response":"`+f.texts[want]+`"`) &&
			strings.Contains(got, `"serviceGeneration":"`+want+`"`)
	})
	for _, half := range f.halves {
		if f.pinned != "" || number(half) > 0 && number(half) < number(want) {
			continue // nobody looks at it
		}
		await(t, half+" to be refused", func() (any, bool) {
			list, _ := f.ask(t, 200, "GET", services+"/docs/generations", "")["generations"].([]any)
			for _, g := range list {
				if item := g.(map[string]any); item["generation"] == half {
					return list, item["reason"] != nil
				}
			}
			return list, false
		})
	}
	f.answers(t, f.texts[want], want)
}

// whole judges answers: each is that of a generation that was there.
func (f *folder) whole() func(string, reply) error {
	return func(_ string, got reply) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		if got.status != 200 || got.text == "" || f.known[got.generation] != got.text {
			return fmt.Errorf("got %+v, which no generation answers", got)
		}
		return nil
	}
}

// Random changes of the folder, switches and restarts, while clients call: each call is answered by a whole generation,
// and in the end the one serves that a small model says.
func TestDeployByFolder(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SKEP_TEST_SEED"); text != "" {
		if _, err := fmt.Sscan(text, &seed); err != nil {
			t.Fatal(err)
		}
	}
	rng := rand.New(rand.NewPCG(1, seed))
	var done []string
	defer func() {
		if t.Failed() {
			t.Logf("with SKEP_TEST_SEED=%d, after %s", seed, strings.Join(done, ", "))
		}
	}()
	f := newFolder(t, 1+rounds(40))
	c := gather(t, f.URL, 4, both, f.whole)
	for range rounds(40) {
		done = append(done, f.change(t, rng, &c))
		f.settled(t)
		if t.Failed() {
			return
		}
	}
	c.leave()
}

// change does one thing by chance, and says what.
func (f *folder) change(t *testing.T, rng *rand.Rand, c **crowd) string {
	t.Helper()
	some := f.sound[rng.IntN(len(f.sound))]
	free := some != f.pinned && len(f.sound) > 1
	switch rng.IntN(9) {
	case 0, 1:
		f.putWhole(t)
		return "put"
	case 2:
		f.putHalf(t)
		return "put a half"
	case 3:
		if len(f.halves) > 0 {
			f.complete(t)
			return "complete"
		}
	case 4:
		if free {
			f.rename(t, some)
			return "rename " + some
		}
	case 5:
		if free {
			f.remove(t, some)
			return "remove " + some
		}
	case 6:
		f.act(t, "switchTo/"+some, "")
		f.pinned = some
		return "switch to " + some
	case 7:
		if len(f.halves) == 0 { // else the newest cannot be switched to
			f.act(t, "switchToNewest", "")
			f.pinned = ""
			return "switch to the newest"
		}
	case 8:
		(*c).leave()
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		f.open(t, host.Config{Root: f.root})
		*c = gather(t, f.URL, 4, both, f.whole)
		return "restart"
	}
	return "nothing"
}

// A module that comes slowly serves when all of it is there, and not before.
func TestDeploySlowCopy(t *testing.T) {
	f := newFolder(t, 2)
	name := f.name("")
	text := says(f.texts[name])
	custom := "\x00\xff\x07\x04junk" + strings.Repeat("\x00", 0x3ffa) // a custom section of 16 KiB, the name of which is junk
	text += custom[:1] + "\xff\x7f" + custom[3:]
	compiled(t, text)
	c := gather(t, f.URL, 4, both, f.whole)
	f.mu.Lock()
	f.known[name] = "not before it is whole"
	f.mu.Unlock()
	dir := filepath.Join(f.dir, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(dir, "a.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f.write(t, dir, "b.wasm", says(f.texts[name])) // alone it would be a whole generation
	for at := 0; at < len(text); at += 1 << 10 {
		if at+1<<10 >= len(text) {
			f.mu.Lock()
			f.known[name] = f.texts[name]
			f.mu.Unlock()
		}
		if _, err := file.WriteString(text[at:min(at+1<<10, len(text))]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	f.sound = append(f.sound, name)
	f.settled(t)
	c.leave()
}

// What is no module by its name only does not serve, and does not stop what does.
func TestDeployOddFiles(t *testing.T) {
	f := newFolder(t, 2)
	c := gather(t, f.URL, 4, both, f.whole)
	for what, put := range map[string]func(file string) error{
		"pipe":   func(file string) error { return syscall.Mkfifo(file, 0o644) },
		"folder": func(file string) error { return os.Mkdir(file, 0o755) },
		"loop":   func(file string) error { return os.Symlink(filepath.Base(file), file) },
		"link":   func(file string) error { return os.Symlink("/etc/passwd", file) },
		"empty":  func(file string) error { return os.WriteFile(file, nil, 0o644) },
	} {
		name := fmt.Sprintf("z-%s", what) // newer than all, by its name
		dir := filepath.Join(f.dir, name)
		f.write(t, dir, "b.wasm", "no module")
		if err := put(filepath.Join(dir, "a.wasm")); err != nil {
			t.Fatal(err)
		}
		f.halves = append(f.halves, name)
	}
	f.settled(t)
	f.halves = nil
	f.putWhole(t)
	f.settled(t)
	c.leave()
}

// A generation that is renamed while it serves goes on until it serves under its new name: no older one answers.
func TestDeployRename(t *testing.T) {
	f := newFolder(t, 2)
	older := f.sound[0]
	f.putWhole(t)
	f.settled(t)
	c := gather(t, f.URL, 4, both, func() func(string, reply) error {
		known := f.whole()
		return func(endpoint string, got reply) error {
			if got.generation == older {
				return fmt.Errorf("%s answers, which has been replaced", older)
			}
			return known(endpoint, got)
		}
	})
	for range rounds(20) {
		f.rename(t, f.sound[1])
		f.settled(t)
	}
	c.leave()
}

// Thousands of renames do not outrun the host, and leave nothing behind. What moves all the time may be missed.
func TestDeployManyRenames(t *testing.T) {
	f := newFolder(t, 2)
	f.putWhole(t)
	f.settled(t)
	turn := func(renames int) {
		c := gather(t, f.URL, 4, both, f.whole)
		for range renames {
			f.rename(t, f.sound[1])
		}
		f.settled(t)
		c.leave()
	}
	turn(rounds(100))
	before := held(t)
	turn(rounds(10_000))
	before.flat(t)
}
