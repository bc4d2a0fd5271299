// Who counts as one stranger: limits hold for a group of addresses that one person can have. Pure.
#pragma once

#include <string>

namespace fairfeed {

// Of an IPv6 address its first 64 bits, "2001:db8:0:1::/64", because one subscriber has all
// addresses below them (RFC 6177); an IPv4 address itself, also if it stands in an IPv6 one
// (RFC 4291, section 2.5.5.2). A text that is no address is a group of its own.
[[nodiscard]] std::string address_group(const std::string& address);

}  // namespace fairfeed
