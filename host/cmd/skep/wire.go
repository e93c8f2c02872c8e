package main

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"skep/host"
)

// wireFlags are the flags for how clients connect.
type wireFlags struct {
	most, perAddress      count
	proxies               networks
	cert, key             string
	origins, heads, verbs []string
}

func (f *wireFlags) add(flags *pflag.FlagSet) {
	flags.Var(&f.most, "max-connections", "answer 503 beyond `N` connections (default 10000)")
	flags.Var(&f.perAddress, "max-connections-per-address", "answer 429 beyond `N` connections of one address, but for "+
		"loopback and trusted proxies (default no limit)")
	flags.Var(&f.proxies, "trusted-proxies", "`NETWORK,...` of proxies, whose connections are those of many clients, as "+
		"10.0.0.0/8 or 192.0.2.1")
	flags.StringVar(&f.cert, "tls-cert", "", "speak HTTPS with the certificate in `FILE`, in PEM; it is read again when it is "+
		"replaced")
	flags.StringVar(&f.key, "tls-key", "", "`FILE` of the certificate's key, in PEM")
	flags.StringSliceVar(&f.origins, "cors-origins", nil, "let web pages of `ORIGIN,...` call, as https://app.example; * is "+
		"every one")
	flags.StringSliceVar(&f.heads, "cors-headers", nil, "`HEADER,...` that such a page may send (default "+
		"Authorization,Content-Type,X-Request-Id)")
	flags.StringSliceVar(&f.verbs, "cors-methods", nil, "`METHOD,...` that such a page may use (default GET,POST)")
}

// wire is what the flags say.
func (f *wireFlags) wire(cmd *cobra.Command) (host.Wire, error) {
	w := host.Wire{MaxConnections: int(f.most), MaxConnectionsPerAddress: int(f.perAddress), TrustedProxies: f.proxies,
		Certificate: f.cert, Key: f.key, CORS: host.CORS{Origins: f.origins, Headers: f.heads, Methods: f.verbs}}
	if (f.cert == "") != (f.key == "") {
		return w, misuse(cmd, "--tls-cert and --tls-key are files that belong together: give both, or neither")
	}
	return w, nil
}

// scheme is how a client begins a URL.
func (f *wireFlags) scheme() string {
	if f.cert != "" {
		return "https://"
	}
	return "http://"
}

// count is a flag for a number of things; zero is not set.
type count int

func (c *count) Type() string { return "count" }
func (c *count) String() string {
	if *c == 0 {
		return ""
	}
	return strconv.Itoa(int(*c))
}
func (c *count) Set(v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 1<<30 {
		return errors.New("allowed are whole numbers above 0")
	}
	*c = count(n)
	return nil
}

// networks is a flag for networks and single addresses, with commas between them.
type networks []netip.Prefix

func (n *networks) Type() string { return "networks" }
func (n *networks) String() string {
	var list []string
	for _, p := range *n {
		list = append(list, p.String())
	}
	return strings.Join(list, ",")
}
func (n *networks) Set(v string) error {
	var list networks
	for item := range strings.SplitSeq(v, ",") {
		p, err := netip.ParsePrefix(item)
		if addr, single := netip.ParseAddr(item); single == nil && addr.Zone() == "" {
			p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return errors.New("allowed are addresses and networks with commas between them, as 10.0.0.0/8,192.0.2.1")
		}
		list = append(list, p.Masked())
	}
	*n = list
	return nil
}
