#include "gateway/http/route_table.h"

namespace fairfeed {
namespace {

std::optional<PathValues> fit(std::string_view pattern, const std::vector<std::string>& segments) {
    PathValues values;
    for (const std::string& segment : segments) {
        if (!pattern.starts_with('/')) return std::nullopt;
        pattern.remove_prefix(1);
        const std::string_view part = pattern.substr(0, pattern.find('/'));
        if (part.starts_with('{')) {
            values.emplace(part.substr(1, part.size() - 2), segment);
        } else if (part != segment) {
            return std::nullopt;
        }
        pattern.remove_prefix(part.size());
    }
    if (!pattern.empty()) return std::nullopt;
    return values;
}

void allow(std::string& methods, std::string_view method) {
    methods.append(methods.empty() ? "" : ", ").append(method);
    if (method == "GET") methods += ", HEAD";
}

}  // namespace

RouteFound find_route(const std::vector<RoutePlace>& table, std::string_view method,
                      const std::vector<std::string>& segments) {
    RouteFound found;
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (std::size_t i = 0; i < table.size(); ++i) {
        auto values = fit(table[i].pattern, segments);
        if (!values) continue;
        allow(found.allow, table[i].method);
        if (table[i].method != wanted || found.index) continue;
        found.index = i;
        found.values = std::move(*values);
    }
    if (!found.allow.empty()) found.allow += ", OPTIONS";
    return found;
}

}  // namespace fairfeed
