package ingress

import "bytes"

// AdminPrefix is where the admin API begins, on a server that answers it.
const AdminPrefix = "/admin/api"

// maxAdminBody is how large a package may be that comes this way, in bytes: it is held in memory. The admin API's own
// listener takes larger ones.
const maxAdminBody = 64 << 20

// isAdmin says whether a canonical path belongs to the admin API, where that is answered here.
func (s *Server) isAdmin(path []byte) bool {
	rest, ok := bytes.CutPrefix(path, []byte(AdminPrefix))
	return ok && s.admin != nil && (len(rest) == 0 || rest[0] == '/')
}
