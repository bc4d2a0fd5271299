#include "core/io/host.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace fairfeed {
namespace {

constexpr std::size_t kMaxHostLength = 253;  // RFC 1035, as text
constexpr std::size_t kMaxLabelLength = 63;
constexpr std::array<std::string_view, 5> kOwnNames = {"localhost", "localhost.localdomain",
                                                       "localhost4", "localhost6", "ip6-localhost"};

struct Address {
    int family = AF_UNSPEC;
    std::array<std::uint8_t, 16> bytes{};  // of IPv4 the first four

    [[nodiscard]] std::size_t size() const { return family == AF_INET ? 4 : 16; }
    [[nodiscard]] bool all_zero() const {
        return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t each) { return each == 0; });
    }
};

// IPv4 mapped into IPv6 is IPv4. A zone ("%eth0") is not part of the address.
std::optional<Address> address_from(std::string_view text) {
    Address out;
    const std::string whole(text.substr(0, text.find('%')));
    if (::inet_pton(AF_INET, whole.c_str(), out.bytes.data()) == 1 && whole.size() == text.size()) {
        out.family = AF_INET;
        return out;
    }
    in6_addr wide{};
    if (::inet_pton(AF_INET6, whole.c_str(), &wide) != 1) return std::nullopt;
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&wide);
    out.family = mapped ? AF_INET : AF_INET6;
    std::memcpy(out.bytes.data(), wide.s6_addr + (mapped ? 12 : 0), out.size());
    return out;
}

bool is_multicast(const Address& address) {
    return address.family == AF_INET ? address.bytes[0] >= 224 : address.bytes[0] == 0xff;
}

bool is_loopback(const Address& address) {
    if (address.family == AF_INET) return address.bytes[0] == 127;
    Address one{.family = AF_INET6};
    one.bytes[15] = 1;
    return address.bytes == one.bytes;
}

std::string text_of(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(address.family, address.bytes.data(), text.data(), text.size()) == nullptr)
        return {};
    return text.data();
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& each : out)
        if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
    return out;
}

bool is_digit(char each) {
    return each >= '0' && each <= '9';
}

std::vector<std::string_view> labels_of(std::string_view name) {
    std::vector<std::string_view> labels;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t dot = std::min(name.find('.', at), name.size());
        labels.push_back(name.substr(at, dot - at));
        at = dot + 1;
    }
    return labels;
}

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

// "n1.lan:8883", "1.2.3.4:8883", "[::1]:8883"
bool ends_in_a_port(std::string_view host) {
    const std::size_t colon = host.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == host.size()) return false;
    const std::string_view port = host.substr(colon + 1);
    const std::string_view rest = host.substr(0, colon);
    return std::all_of(port.begin(), port.end(), is_digit) &&
           (rest.find(':') == std::string_view::npos || rest.ends_with(']'));
}

std::optional<std::string> fault_of_label(std::string_view name, std::string_view label) {
    if (label.empty())
        return quoted(name) + " is no host name: nothing stands between, before or after its dots";
    if (label.size() > kMaxLabelLength)
        return quoted(name) + " is no host name: '" + std::string(label) + "' has " +
               std::to_string(label.size()) + " characters, and 63 are the most";
    if (label.front() == '-' || label.back() == '-')
        return quoted(name) + " is no host name: '" + std::string(label) +
               "' begins or ends with '-'";
    const auto wrong = std::find_if(label.begin(), label.end(), [](char each) {
        const char small = lower({&each, 1}).front();
        return !is_digit(each) && !(small >= 'a' && small <= 'z') && each != '-';
    });
    if (wrong == label.end()) return std::nullopt;
    return quoted(name) + " is no host name, IPv4 or IPv6 address";
}

// If the last label is a number, resolvers take the whole name for some spelling of an IPv4
// address.
bool would_be_number(std::string_view label) {
    const std::string small = lower(label);
    return !small.empty() &&
           (std::all_of(small.begin(), small.end(), is_digit) ||
            (small.starts_with("0x") &&
             small.find_first_not_of("0123456789abcdef", 2) == std::string::npos));
}

std::optional<std::string> fault_of_name(std::string_view host) {
    if (host.size() > kMaxHostLength)
        return "a host name has at most 253 characters, this one has " +
               std::to_string(host.size());
    const auto labels = labels_of(host);
    for (const std::string_view label : labels)
        if (auto fault = fault_of_label(host, label)) return fault;
    if (would_be_number(labels.back()))
        return quoted(host) + " is no IPv4 address: write four numbers from 0 to 255";
    return std::nullopt;
}

std::optional<std::string> fault_of_form(std::string_view host) {
    if (host.empty()) return "is empty: write a host name, IPv4 or IPv6 address";
    if (is_address(host)) return std::nullopt;
    if (ends_in_a_port(host))
        return quoted(host) + " has a port in it: write the host alone, the port has its own key";
    if (host.front() == '[' && host.back() == ']' && is_address(host.substr(1, host.size() - 2)))
        return quoted(host) + " has brackets: write " +
               std::string(host.substr(1, host.size() - 2));
    if (host.find(':') != std::string_view::npos) return quoted(host) + " is no IPv6 address";
    return fault_of_name(host);
}

}  // namespace

bool is_address(std::string_view host) {
    // An empty zone, or unusual characters in it, would break a URI.
    const std::size_t zone = host.find('%');
    if (zone != std::string_view::npos &&
        (zone + 1 == host.size() || host.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                           "0123456789.-_",
                                                           zone + 1) != std::string_view::npos))
        return false;
    return address_from(host).has_value();
}

bool is_any_address(std::string_view host) {
    const auto address = address_from(host);
    return address && address->all_zero();
}

bool is_loopback_address(std::string_view host) {
    const auto address = address_from(host);
    return address && is_loopback(*address);
}

std::optional<std::string> fault_of_host(std::string_view host) {
    if (auto fault = fault_of_form(host)) return fault;
    if (is_any_address(host))
        return quoted(host) +
               " means every address of a machine and cannot be dialled: write the machine's own "
               "address or name";
    const auto address = address_from(host);
    if (address && is_multicast(*address))
        return quoted(host) + " is no address of one machine: write the machine's own";
    return std::nullopt;
}

std::optional<std::string> fault_of_listen_host(std::string_view host) {
    return is_any_address(host) ? std::nullopt : fault_of_host(host);
}

std::set<std::string> places_of_host(std::string_view host) {
    if (const auto address = address_from(host)) return {text_of(*address)};
    const std::string name = lower(host);
    const bool own = std::find(kOwnNames.begin(), kOwnNames.end(), name) != kOwnNames.end() ||
                     name.ends_with(".localhost");
    if (own) return {"127.0.0.1", "::1"};
    return {name};
}

bool is_same_host(std::string_view one, std::string_view other) {
    const auto places = places_of_host(one);
    const auto others = places_of_host(other);
    return std::any_of(places.begin(), places.end(),
                       [&others](const std::string& place) { return others.contains(place); });
}

std::string mqtts_uri(std::string_view host, std::uint16_t port) {
    const bool wide = host.find(':') != std::string_view::npos;
    return "mqtts://" + (wide ? "[" + std::string(host) + "]" : std::string(host)) + ":" +
           std::to_string(port);
}

}  // namespace fairfeed
