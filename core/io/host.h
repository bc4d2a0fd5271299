// A host as a person writes it in a configuration, for others to dial: an IPv4 or IPv6 address or a
// host name. What is wrong with it, in words; what kind it is; which hosts are one machine's own.
// Nothing is looked up here. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace fairfeed {

// Why nobody can dial this, with the remedy; nullopt if it can be dialled. Every name, address or
// piece of text has one answer: what only looks like an address ("300.1.1.1") is not a name.
[[nodiscard]] std::optional<std::string> fault_of_host(std::string_view host);

// The same for what a listener binds to: 0.0.0.0 and :: are right there.
[[nodiscard]] std::optional<std::string> fault_of_listen_host(std::string_view host);

// 192.168.1.4, fe80::1, fe80::1%eth0: nothing to look up.
[[nodiscard]] bool is_address(std::string_view host);
[[nodiscard]] bool is_any_address(std::string_view host);       // 0.0.0.0, ::
[[nodiscard]] bool is_loopback_address(std::string_view host);  // 127.0.0.0/8, ::1

// The places this host stands for, each in one spelling: addresses as inet_ntop writes them, names
// in lower case, the names of the machine itself as both loopback addresses. For comparing.
[[nodiscard]] std::set<std::string> places_of_host(std::string_view host);
// Whether they have a place in common: "localhost" and "127.0.0.1", "N1.lan" and "n1.lan".
[[nodiscard]] bool is_same_host(std::string_view one, std::string_view other);

// "mqtts://host:port"; an IPv6 address gets its brackets.
[[nodiscard]] std::string mqtts_uri(std::string_view host, std::uint16_t port);

}  // namespace fairfeed
