#include "core/io/yaml_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "core/base/check.h"
#include "core/io/file.h"
#include "core/io/yaml_documents.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{16} * 1024 * 1024;

struct Place {
    int line = 0;  // both from 0, as yaml-cpp counts
    int column = 0;
    auto operator<=>(const Place&) const = default;
};

Place place_of(const YAML::Node& node) {
    return {node.Mark().line, node.Mark().column};
}

// How many single-character edits turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

std::string suggestion_for(const std::string& key, const std::set<std::string>& known) {
    std::string best;
    std::size_t distance = std::max<std::size_t>(key.size() / 3, 2) + 1;
    for (const std::string& word : known) {
        const std::size_t edits = edit_distance(key, word);
        if (edits >= distance || edits >= word.size()) continue;
        distance = edits;
        best = word;
    }
    return best.empty() ? "" : " (did you mean '" + best + "'?)";
}

std::string describe(const YAML::Node& node) {
    if (node.IsMap()) return "a map";
    if (node.IsSequence()) return "a list";
    if (!node.IsScalar() || node.Scalar().empty()) return "nothing";
    return "'" + node.Scalar() + "'";
}

// Unquoted: "5" in quotes is text.
bool is_plain(const YAML::Node& node) {
    return node.IsScalar() && node.Tag() != "!";
}

// Accepts plain decimals only, so that people and the program read the same number.
std::optional<std::int64_t> plain_decimal(const std::string& text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end) return std::nullopt;
    if (std::to_string(value) != text) return std::nullopt;  // "010", "-0"
    return value;
}

}  // namespace

struct YamlSource {
    std::filesystem::path file;
    YAML::Node root;
    std::vector<std::pair<Place, std::string>> errors;
    std::map<Place, std::set<std::string>> asked;  // of the map at that place
    std::set<Place> not_maps;                      // reported once, however many keys are requested

    void object(Place place, const std::string& message) {
        errors.emplace_back(place, file.string() + ":" + std::to_string(place.line + 1) + ":" +
                                       std::to_string(place.column + 1) + ": " + message);
    }
};

struct YamlSpot {
    std::shared_ptr<YamlSource> source;
    YAML::Node node;
    std::string path;  // "nodes[0].broker", empty at the root

    [[nodiscard]] std::string name_of(std::string_view key) const {
        return "'" + (path.empty() || key.empty() ? path : path + ".") + std::string(key) + "'";
    }
    void object(const YAML::Node& at, const std::string& message) const {
        source->object(place_of(at), message);
    }
    [[nodiscard]] bool is_map() const;  // reports if it is not
    // The value of a key; nothing after reporting the fault.
    [[nodiscard]] std::optional<YAML::Node> find(std::string_view key, bool required) const;
    [[nodiscard]] std::optional<YAML::Node> find_scalar(std::string_view key, bool required,
                                                        std::string_view wanted) const;
    [[nodiscard]] std::optional<std::int64_t> to_int(const YAML::Node& value,
                                                     const std::string& name, std::int64_t min,
                                                     std::int64_t max) const;
    [[nodiscard]] std::optional<std::string> to_name(const YAML::Node& value,
                                                     const std::string& name) const;
    [[nodiscard]] std::optional<bool> bool_at(std::string_view key, bool required) const;
    [[nodiscard]] std::optional<std::string> text_at(std::string_view key, bool required) const;
    [[nodiscard]] std::optional<YamlSpot> map_at(std::string_view key, bool required) const;
    [[nodiscard]] std::vector<YamlSpot> list_at(std::string_view key, bool required) const;
    [[nodiscard]] std::vector<YamlSpot> items() const;  // of this value; reports if it is no list
};

bool YamlSpot::is_map() const {
    if (node.IsMap()) return true;
    if (source->not_maps.insert(place_of(node)).second)
        object(node, name_of("") + " must be a map, not " + describe(node));
    return false;
}

std::optional<YAML::Node> YamlSpot::find(std::string_view key, bool required) const {
    if (!is_map()) return std::nullopt;
    const Place here = place_of(node);
    source->asked[here].insert(std::string(key));
    for (const auto& member : node) {
        if (member.first.IsScalar() && member.first.Scalar() == key) return member.second;
    }
    if (required) object(node, "missing key " + name_of(key));
    return std::nullopt;
}

std::optional<YAML::Node> YamlSpot::find_scalar(std::string_view key, bool required,
                                                std::string_view wanted) const {
    const auto value = find(key, required);
    if (!value) return std::nullopt;
    if (value->IsScalar() && !value->Scalar().empty()) return value;
    object(*value, name_of(key) + " must be " + std::string(wanted) + ", not " + describe(*value));
    return std::nullopt;
}

std::optional<std::int64_t> YamlSpot::to_int(const YAML::Node& value, const std::string& name,
                                             std::int64_t min, std::int64_t max) const {
    const std::optional<std::int64_t> number =
        is_plain(value) ? plain_decimal(value.Scalar()) : std::nullopt;
    if (!number) {
        object(value,
               name + " must be a whole number in plain decimal digits, not " + describe(value));
        return std::nullopt;
    }
    if (*number >= min && *number <= max) return number;
    object(value, name + " must be between " + std::to_string(min) + " and " + std::to_string(max) +
                      ", not " + value.Scalar());
    return std::nullopt;
}

std::optional<std::string> YamlSpot::to_name(const YAML::Node& value,
                                             const std::string& name) const {
    if (value.IsScalar() && is_valid_name(value.Scalar())) return value.Scalar();
    object(value,
           name + " must be a name of 1 to 32 characters a-z, 0-9 and '-', not " + describe(value));
    return std::nullopt;
}

std::optional<bool> YamlSpot::bool_at(std::string_view key, bool required) const {
    const auto value = find(key, required);
    if (!value) return std::nullopt;
    if (is_plain(*value) && value->Scalar() == "true") return true;
    if (is_plain(*value) && value->Scalar() == "false") return false;
    object(*value, name_of(key) + " must be true or false, not " + describe(*value));
    return std::nullopt;
}

std::optional<std::string> YamlSpot::text_at(std::string_view key, bool required) const {
    const auto value = find_scalar(key, required, "text");
    return value ? std::optional<std::string>(value->Scalar()) : std::nullopt;
}

std::optional<YamlSpot> YamlSpot::map_at(std::string_view key, bool required) const {
    const auto value = find(key, required);
    if (!value) return std::nullopt;
    const std::string inner = path.empty() ? std::string(key) : path + "." + std::string(key);
    YamlSpot spot{source, *value, inner};
    (void)spot.is_map();
    return spot;
}

std::vector<YamlSpot> YamlSpot::list_at(std::string_view key, bool required) const {
    const auto value = find(key, required);
    const std::string inner = path.empty() ? std::string(key) : path + "." + std::string(key);
    return value ? YamlSpot{source, *value, inner}.items() : std::vector<YamlSpot>();
}

std::vector<YamlSpot> YamlSpot::items() const {
    std::vector<YamlSpot> out;
    if (!node.IsSequence()) object(node, name_of("") + " must be a list, not " + describe(node));
    for (std::size_t i = 0; node.IsSequence() && i < node.size(); ++i)
        out.push_back({source, node[i], path + "[" + std::to_string(i) + "]"});
    return out;
}

std::int64_t YamlView::require_int(std::string_view key, std::int64_t min, std::int64_t max) const {
    const auto value = spot_->find(key, true);
    return value ? spot_->to_int(*value, spot_->name_of(key), min, max).value_or(min) : min;
}

std::optional<std::int64_t> YamlView::optional_int(std::string_view key, std::int64_t min,
                                                   std::int64_t max) const {
    const auto value = spot_->find(key, false);
    return value ? spot_->to_int(*value, spot_->name_of(key), min, max) : std::nullopt;
}

bool YamlView::require_bool(std::string_view key) const {
    return spot_->bool_at(key, true).value_or(false);
}
std::optional<bool> YamlView::optional_bool(std::string_view key) const {
    return spot_->bool_at(key, false);
}

std::string YamlView::require_text(std::string_view key) const {
    return spot_->text_at(key, true).value_or("");
}
std::optional<std::string> YamlView::optional_text(std::string_view key) const {
    return spot_->text_at(key, false);
}

std::filesystem::path YamlView::require_path(std::string_view key) const {
    return optional_path_at(key, true).value_or(std::filesystem::path());
}
std::optional<std::filesystem::path> YamlView::optional_path(std::string_view key) const {
    return optional_path_at(key, false);
}
std::optional<std::filesystem::path> YamlView::optional_path_at(std::string_view key,
                                                                bool required) const {
    const auto text = spot_->text_at(key, required);
    if (!text) return std::nullopt;
    return (spot_->source->file.parent_path() / *text).lexically_normal();
}

YamlView YamlView::require_map(std::string_view key) const {
    if (const auto inner = spot_->map_at(key, true)) return view_of(*inner);
    // An empty map in which every key counts as reported.
    auto silent = std::make_shared<YamlSource>();
    return view_of(YamlSpot{std::move(silent), YAML::Node(YAML::NodeType::Map), std::string(key)});
}

std::optional<YamlView> YamlView::optional_map(std::string_view key) const {
    const auto inner = spot_->map_at(key, false);
    return inner ? std::optional<YamlView>(view_of(*inner)) : std::nullopt;
}

std::vector<YamlView> YamlView::views_of(const std::vector<YamlSpot>& spots) {
    std::vector<YamlView> views;
    for (const YamlSpot& spot : spots)
        views.push_back(view_of(spot));
    return views;
}

std::vector<YamlView> YamlView::require_list(std::string_view key) const {
    return views_of(spot_->list_at(key, true));
}

std::vector<YamlView> YamlView::optional_list(std::string_view key) const {
    return views_of(spot_->list_at(key, false));
}

std::int64_t YamlView::as_int(std::int64_t min, std::int64_t max) const {
    return spot_->to_int(spot_->node, spot_->name_of(""), min, max).value_or(min);
}

std::string YamlView::as_text() const {
    if (spot_->node.IsScalar() && !spot_->node.Scalar().empty()) return spot_->node.Scalar();
    fail(spot_->name_of("") + " must be text, not " + describe(spot_->node));
    return {};
}

std::optional<std::vector<YamlView>> YamlView::as_list() const {
    const auto items = spot_->items();
    return spot_->node.IsSequence() ? std::optional(views_of(items)) : std::nullopt;
}

bool YamlView::has(std::string_view key) const {
    return spot_->find(key, false).has_value();
}

void YamlView::fail(std::string_view key, std::string_view message) const {
    const auto value = key.empty() ? std::nullopt : spot_->find(key, false);
    spot_->object(value ? *value : spot_->node, std::string(message));
}

YamlView YamlView::view_of(const YamlSpot& spot) {
    return YamlView(std::make_shared<const YamlSpot>(spot));
}

std::optional<std::string> YamlView::name_at(std::string_view key, bool required) const {
    const auto value = spot_->find(key, required);
    return value ? spot_->to_name(*value, spot_->name_of(key)) : std::nullopt;
}

std::optional<std::size_t> YamlView::choice_at(std::string_view key,
                                               const std::vector<std::string_view>& words,
                                               bool required) const {
    const auto value = spot_->find(key, required);
    if (!value) return std::nullopt;
    std::string all;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (value->IsScalar() && value->Scalar() == words[i]) return i;
        all.append(all.empty() ? "" : ", ").append(words[i]);
    }
    spot_->object(*value,
                  spot_->name_of(key) + " must be one of " + all + ", not " + describe(*value));
    return std::nullopt;
}

Result<YamlDocument, YamlErrors> YamlDocument::load(const std::filesystem::path& file) {
    const auto text = read_text_file(file, kMaxConfigBytes);
    if (!text) return unexpected(YamlErrors{text.error().message});
    return parse(file, *text);
}

Result<YamlDocument, YamlErrors> YamlDocument::parse(const std::filesystem::path& file,
                                                     std::string_view text) {
    auto source = std::make_shared<YamlSource>();
    source->file = file;
    try {
        source->root = YAML::Load(std::string(text));
    } catch (const YAML::ParserException& error) {
        source->object({error.mark.line, error.mark.column}, error.msg);
        return unexpected(YamlErrors{source->errors.front().second});
    }
    if (const auto rest = rest_after_document(text)) source->object({rest->line, 0}, rest->message);
    if (!source->root.IsMap())
        return unexpected(YamlErrors{file.string() + ": must hold keys and values (a map)"});
    return YamlDocument(std::move(source));
}

YamlView YamlDocument::root() const {
    return YamlView::view_of(YamlSpot{source_, source_->root, ""});
}

namespace {
// Finds duplicate keys everywhere, and keys that were never requested in every map that was read.
// Visits each place once, so aliases can neither loop nor multiply.
class KeyAudit {
  public:
    explicit KeyAudit(YamlSource& source) : source_(source) {}

    void visit(const YAML::Node& node, const std::string& path) {
        if (!node.IsMap() && !node.IsSequence()) return;
        if (!visited_.insert(place_of(node)).second) return;
        if (node.IsMap()) return visit_map(node, path);
        std::size_t index = 0;
        for (const auto& item : node)
            visit(item, path + "[" + std::to_string(index++) + "]");
    }

  private:
    void visit_map(const YAML::Node& map, const std::string& path) {
        const auto asked = source_.asked.find(place_of(map));
        std::set<std::string> seen;
        for (const auto& member : map) {
            const std::string key = member.first.IsScalar() ? member.first.Scalar() : "?";
            const std::string name = path.empty() ? key : path + "." + key;
            const bool known = asked == source_.asked.end() || asked->second.count(key) > 0;
            if (!seen.insert(key).second) {
                source_.object(place_of(member.first), "duplicate key '" + name + "'");
            } else if (!known) {
                source_.object(place_of(member.first),
                               "unknown key '" + name + "'" + suggestion_for(key, asked->second));
            } else {
                visit(member.second, name);
            }
        }
    }

    YamlSource& source_;
    std::set<Place> visited_;
};

}  // namespace

YamlErrors YamlDocument::finish() const {
    YamlSource audited = *source_;
    KeyAudit(audited).visit(audited.root, "");
    std::stable_sort(audited.errors.begin(), audited.errors.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    YamlErrors lines;
    for (auto& [place, line] : audited.errors)
        lines.push_back(std::move(line));
    return lines;
}

}  // namespace fairfeed
