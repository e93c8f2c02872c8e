package abi

import "slices"

// Init is the frame that a module gets once, before any request: a map.
//
//	{"endpoint": str, "service": str, "generation": str, "kind": str, "infra": str,
//	 "config": {str: str}, "resources": [str]}
type Init struct {
	Endpoint   string
	Service    string
	Generation string
	Kind       Kind
	Infra      string            // name of the infrastructure type
	Config     map[string]string // the manifest's [config]
	Resources  []string          // folders that the guest may read, as guest paths
}

// AppendInit adds the init frame. Equal inits give equal bytes: config keys are sorted.
func AppendInit(b []byte, in Init) []byte {
	b = AppendMapHeader(b, 7)
	b = AppendString(AppendString(b, "endpoint"), in.Endpoint)
	b = AppendString(AppendString(b, "service"), in.Service)
	b = AppendString(AppendString(b, "generation"), in.Generation)
	b = AppendString(AppendString(b, "kind"), in.Kind.String())
	b = AppendString(AppendString(b, "infra"), in.Infra)
	b = AppendMapHeader(AppendString(b, "config"), len(in.Config))
	keys := make([]string, 0, len(in.Config))
	for k := range in.Config {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		b = AppendString(AppendString(b, k), in.Config[k])
	}
	b = AppendArrayHeader(AppendString(b, "resources"), len(in.Resources))
	for _, r := range in.Resources {
		b = AppendString(b, r)
	}
	return b
}

// ReadInit reads an init frame. Keys that it does not know are passed over: later hosts may say more.
func ReadInit(b []byte) (Init, error) {
	var in Init
	var seen [7]bool
	n, b, err := ReadMapHeader(b)
	for ; n > 0 && err == nil; n-- {
		var key []byte
		if key, b, err = ReadStringBytes(b); err != nil {
			break
		}
		field := -1
		switch string(key) {
		case "endpoint":
			field = 0
			in.Endpoint, b, err = ReadString(b)
		case "service":
			field = 1
			in.Service, b, err = ReadString(b)
		case "generation":
			field = 2
			in.Generation, b, err = ReadString(b)
		case "kind":
			field = 3
			in.Kind, b, err = readKind(b)
		case "infra":
			field = 4
			in.Infra, b, err = ReadString(b)
		case "config":
			field = 5
			in.Config, b, err = readConfig(b)
		case "resources":
			field = 6
			in.Resources, b, err = readStrings(b)
		default:
			b, err = Skip(b)
		}
		if err == nil && field >= 0 {
			if seen[field] {
				err = ErrField
			}
			seen[field] = true
		}
	}
	switch {
	case err != nil:
		return Init{}, err
	case seen != [7]bool{true, true, true, true, true, true, true}:
		return Init{}, ErrField
	case len(b) > 0:
		return Init{}, ErrTrailing
	}
	return in, nil
}

func readKind(b []byte) (Kind, []byte, error) {
	name, rest, err := ReadStringBytes(b)
	if err != nil {
		return 0, nil, err
	}
	kind := ParseKind(string(name))
	if kind == 0 {
		return 0, nil, ErrField
	}
	return kind, rest, nil
}

func readConfig(b []byte) (map[string]string, []byte, error) {
	n, b, err := ReadMapHeader(b)
	if err != nil || n == 0 {
		return nil, b, err
	}
	config := make(map[string]string)
	for range n {
		var key, value string
		if key, b, err = ReadString(b); err != nil {
			return nil, nil, err
		}
		if value, b, err = ReadString(b); err != nil {
			return nil, nil, err
		}
		if _, ok := config[key]; ok {
			return nil, nil, ErrField
		}
		config[key] = value
	}
	return config, b, nil
}

func readStrings(b []byte) ([]string, []byte, error) {
	n, b, err := ReadArrayHeader(b)
	var list []string
	for ; n > 0 && err == nil; n-- {
		var s string
		s, b, err = ReadString(b)
		list = append(list, s)
	}
	return list, b, err
}

// AppendInitResult adds the frame with which a module accepts an init frame: a value that names the kind of handler
// that is registered. A module that cannot serve answers with [TagError] instead; the message is the reason.
//
//	[1, {"kind": str}]
func AppendInitResult(b []byte, kind Kind) []byte {
	b = AppendMapHeader(AppendValueHead(b), 1)
	return AppendString(AppendString(b, "kind"), kind.String())
}

// ReadInitResult reads the kind from the value of an accepting frame.
func ReadInitResult(value []byte) (Kind, error) {
	n, b, err := ReadMapHeader(value)
	var kind Kind
	for ; n > 0 && err == nil; n-- {
		var key []byte
		if key, b, err = ReadStringBytes(b); err != nil {
			break
		}
		switch {
		case string(key) != "kind":
			b, err = Skip(b)
		case kind != 0:
			return 0, ErrField
		default:
			kind, b, err = readKind(b)
		}
	}
	switch {
	case err != nil:
		return 0, err
	case len(b) > 0:
		return 0, ErrTrailing
	case kind == 0:
		return 0, ErrField
	}
	return kind, nil
}
