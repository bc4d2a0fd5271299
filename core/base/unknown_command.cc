#include "core/base/unknown_command.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace fairfeed {
namespace {

// Levenshtein distance.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string describe_unknown_command(std::string_view program, std::string_view word,
                                     const std::vector<std::string>& commands) {
    std::string out(program);
    out.append(": no command '").append(word).append("'");
    const auto nearest = std::min_element(
        commands.begin(), commands.end(),
        [&](const auto& a, const auto& b) { return distance(word, a) < distance(word, b); });
    if (nearest != commands.end() &&
        distance(word, *nearest) <= std::min<std::size_t>(2, (nearest->size() + 1) / 2))
        out.append(": did you mean '").append(*nearest).append("'?");
    else
        out.append(".");
    std::string list;
    for (const std::string& each : commands)
        list.append(list.empty() ? "" : ", ").append(each);
    return out.append(" There are: ").append(list).append(".");
}

}  // namespace fairfeed
