#include "core/io/yaml_documents.h"

#include <algorithm>

namespace fairfeed {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_mark(std::string_view line, std::string_view mark) {
    return line.starts_with(mark) && (line.size() == mark.size() ||
                                      kBlanks.find(line[mark.size()]) != std::string_view::npos);
}

// Neither blank nor a comment.
bool says_something(std::string_view line) {
    const std::size_t first = line.find_first_not_of(kBlanks);
    return first != std::string_view::npos && line[first] != '#';
}

class Scan {
  public:
    std::optional<YamlRest> look_at(std::string_view line, int number) {
        if (is_mark(line, "---")) {
            if (begun_ || ended_)
                return YamlRest{number, "a second document begins here ('---'): a file has one"};
            begun_ = true;
        } else if (is_mark(line, "...")) {
            begun_ = ended_ = true;
        } else if (says_something(line)) {
            if (ended_)
                return YamlRest{number,
                                "this stands after the end of the document ('...'): put it before "
                                "that line, or remove that line"};
            begun_ = begun_ || !line.starts_with('%');  // a directive comes before '---'
        }
        return std::nullopt;
    }

  private:
    bool begun_ = false;
    bool ended_ = false;
};

}  // namespace

std::optional<YamlRest> rest_after_document(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    Scan scan;
    int number = 0;
    for (std::size_t at = 0; at < text.size(); ++number) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (auto rest = scan.look_at(text.substr(at, end - at), number)) return rest;
        at = end + 1;
    }
    return std::nullopt;
}

}  // namespace fairfeed
