package ingress

import (
	"net"
	"net/netip"
	"sync"
)

// peers counts the connections of each address. It is safe for concurrent use.
type peers struct {
	most    int // of one address; 0: no limit, and nothing is counted
	trusted []netip.Prefix

	mu   sync.Mutex
	open map[peer]int
}

// peer is whose connections are counted together: an address, or a /64 network of IPv6, which is what one customer has.
// The zero value is not counted.
type peer struct{ netip.Prefix }

// enter counts a connection. It says no when there are too many of its address.
func (ps *peers) enter(remote net.Addr) (peer, bool) {
	p := ps.peer(remote)
	if !p.IsValid() {
		return p, true
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.open[p] >= ps.most {
		return peer{}, false
	}
	if ps.open == nil {
		ps.open = make(map[peer]int)
	}
	ps.open[p]++
	return p, true
}

// leave is the end of a connection that was counted.
func (ps *peers) leave(p peer) {
	if !p.IsValid() {
		return
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.open[p]--; ps.open[p] == 0 {
		delete(ps.open, p)
	}
}

func (ps *peers) peer(remote net.Addr) peer {
	tcp, ok := remote.(*net.TCPAddr)
	if ps.most == 0 || !ok {
		return peer{}
	}
	addr := tcp.AddrPort().Addr().Unmap().WithZone("")
	if addr.IsLoopback() {
		return peer{}
	}
	for _, t := range ps.trusted {
		if t.Contains(addr) {
			return peer{}
		}
	}
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, err := addr.Prefix(bits)
	if err != nil {
		return peer{}
	}
	return peer{network}
}
