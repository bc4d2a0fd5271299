// A host in a configuration, for other machines to dial: an IPv4 or IPv6 address or a host name.
// Finds faults, tells the kind, and knows which hosts belong to this machine. Resolves nothing.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace fairfeed {

// Why nobody can dial this host, with the remedy; nullopt: it can be dialled. Text that only looks
// like an address ("300.1.1.1") is not accepted as a name.
[[nodiscard]] std::optional<std::string> fault_of_host(std::string_view host);

// The same for the address of a listener, for which 0.0.0.0 and :: are valid.
[[nodiscard]] std::optional<std::string> fault_of_listen_host(std::string_view host);

// 192.168.1.4, fe80::1, fe80::1%eth0: needs no look-up.
[[nodiscard]] bool is_address(std::string_view host);
[[nodiscard]] bool is_any_address(std::string_view host);       // 0.0.0.0, ::
[[nodiscard]] bool is_loopback_address(std::string_view host);  // 127.0.0.0/8, ::1

// The places that this host stands for, each in one spelling: addresses as inet_ntop writes them,
// names in lower case, the names of the machine itself as both loopback addresses. For comparing.
[[nodiscard]] std::set<std::string> places_of_host(std::string_view host);
// Whether the two hosts have a place in common: "localhost" and "127.0.0.1", "N1.lan" and "n1.lan".
[[nodiscard]] bool is_same_host(std::string_view one, std::string_view other);

// "mqtts://host:port"; an IPv6 address gets its brackets.
[[nodiscard]] std::string mqtts_uri(std::string_view host, std::uint16_t port);

}  // namespace fairfeed
