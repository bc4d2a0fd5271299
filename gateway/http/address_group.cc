#include "gateway/http/address_group.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace fairfeed {

std::string address_group(const std::string& address) {
    in6_addr wide{};
    const std::string plain = address.substr(0, address.find('%'));  // without the interface
    if (::inet_pton(AF_INET6, plain.c_str(), &wide) != 1) return address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (IN6_IS_ADDR_V4MAPPED(&wide)) {
        ::inet_ntop(AF_INET, &wide.s6_addr[12], text.data(), text.size());
        return text.data();
    }
    std::fill(&wide.s6_addr[8], &wide.s6_addr[0] + sizeof wide.s6_addr, std::uint8_t{0});
    ::inet_ntop(AF_INET6, &wide, text.data(), text.size());
    return std::string(text.data()) + "/64";
}

}  // namespace fairfeed
