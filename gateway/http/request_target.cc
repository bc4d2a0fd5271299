#include "gateway/http/request_target.h"

#include <algorithm>
#include <optional>

#include "core/base/bytes.h"

namespace fairfeed {
namespace {

Unexpected<std::string> fault(std::string what) {
    return unexpected(std::move(what));
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const auto byte = from_hex(text.substr(i + 1, 2));
            if (!byte || byte->size() != 1) return std::nullopt;
            c = static_cast<char>(byte->front());
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c < ' ' || c > '~') return std::nullopt;
        out.push_back(c);
    }
    return out;
}

Result<void, std::string> take_parameters(std::string_view query, RequestTarget& out) {
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto name = decoded(pair.substr(0, equals), true);
        const auto value = decoded(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!name || !value || name->empty())
            return fault("a parameter is not name=value of printable ASCII, percent-encoded");
        const bool is_there = std::any_of(out.parameters.begin(), out.parameters.end(),
                                          [&](const auto& each) { return each.first == *name; });
        if (is_there) return fault("the parameter '" + *name + "' is there twice");
        out.parameters.emplace_back(*name, *value);
    }
    return {};
}

}  // namespace

Result<RequestTarget, std::string> parse_target(std::string_view target) {
    if (!target.starts_with('/')) return fault("the target is no absolute path");
    RequestTarget out;
    const std::size_t mark = std::min(target.find('?'), target.size());
    std::string_view path = target.substr(1, mark - 1);
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const auto segment = decoded(path.substr(0, end), false);
        if (!segment || segment->empty() || *segment == "." || *segment == ".." ||
            segment->find('/') != std::string::npos)
            return fault("a segment of the path is empty, '.', '..' or not plain");
        out.segments.push_back(*segment);
        if (end + 1 == path.size()) return fault("the path ends with '/'");
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    const auto taken = take_parameters(target.substr(std::min(mark + 1, target.size())), out);
    if (!taken) return unexpected(taken.error());
    return out;
}

}  // namespace fairfeed
