// Routes as a table: a method and a pattern such as "/api/v1/meters/{meter}". Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairfeed {

using PathValues = std::map<std::string, std::string, std::less<>>;  // by the name in braces

struct RoutePlace {
    std::string_view method;  // GET also answers HEAD
    std::string_view pattern;
};

struct RouteFound {
    std::optional<std::size_t> index;  // into the table; nullopt: none, or not by this method
    PathValues values;
    std::string allow;  // the methods that the path knows, as the header; empty: no such path
};

[[nodiscard]] RouteFound find_route(const std::vector<RoutePlace>& table, std::string_view method,
                                    const std::vector<std::string>& segments);

}  // namespace fairfeed
