#include "gateway/office/field_reader.h"

#include <algorithm>

namespace fairfeed {

Window FieldReader::next_week() const {
    const GridClock grid = ground_.state.grid();
    Window window = ground_.running + 1;
    const LocalClock clock = ground_.zone ? clock_of(*ground_.zone, grid.start_s(window))
                                          : ground_.state.tariff(window).clock;
    while (!opens_a_week(clock, grid.start_s(window), grid.window_seconds()))
        ++window;
    return window;
}

Window FieldReader::window(std::string_view field) {
    const std::string said = text(field);
    if (said.empty()) return 0;
    const Window next = ground_.running + 1;
    if (said == "next") return next;
    if (said == "week") return next_week();
    std::string_view digits = said;
    const bool ahead = said.starts_with("next+");
    if (ahead) digits.remove_prefix(std::string_view("next+").size());
    Window window = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), window);
    if (fault != std::errc() || end != digits.data() + digits.size()) {
        fail(field, "'" + said + "' is no window: a number, next, next+N or week");
    } else if (!ahead && window < next && ground_.state.height > 0) {
        fail(field, "window " + said + " has begun: the next one is " + std::to_string(next));
    }
    return ahead ? next + window : window;
}

std::vector<Window> FieldReader::windows(std::string_view field) {
    std::vector<Window> out;
    const std::string list = text(field);
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        Window window = 0;
        const auto [stop, fault] = std::from_chars(&list[at], &list[at] + (end - at), window);
        if (fault != std::errc() || stop != &list[at] + (end - at) ||
            (!out.empty() && window <= out.back())) {
            fail(field, "'" + list + "' is no list of windows, ascending: 3,5,9");
            return {};
        }
        out.push_back(window);
        at = end + 1;
    }
    return out;
}

// "NAME:KEY,NAME:KEY", ascending afterwards.
std::vector<Signatory> FieldReader::people(std::string_view field) {
    std::vector<Signatory> out;
    const std::string list = text(field);
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        const std::string word = list.substr(at, end - at);
        const std::size_t colon = std::min(word.find(':'), word.size());
        const auto name = NodeId::parse(word.substr(0, colon));
        const auto key =
            fixed_from_hex<PublicKey>(colon < word.size() ? word.substr(colon + 1) : std::string());
        if (name && key) {
            out.push_back({*name, *key});
        } else {
            fail(field,
                 "'" + word + "' is not NAME:KEY, a name and a public key of 130 hex digits");
        }
        at = end + 1;
    }
    std::sort(out.begin(), out.end(),
              [](const Signatory& a, const Signatory& b) { return a.name < b.name; });
    return out;
}

}  // namespace fairfeed
