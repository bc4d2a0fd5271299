// Configuration files, with all mistakes reported at once: a YamlDocument and checked views of its
// maps and lists. Readers request keys; wrong types, missing, duplicate and unknown keys become
// lines like "lab.yaml:5:3: unknown key 'nodes[0].brker' (did you mean 'broker'?)". A failed read
// returns a harmless value so that reading continues; use no value unless finish() is empty. Views
// keep the document alive. One thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace fairfeed {

struct YamlSource;  // the parsed file and the errors so far
struct YamlSpot;    // one value of the file

using YamlErrors = std::vector<std::string>;  // one line each, in the order of the file

class YamlView {
  public:
    // Members of a map. The inclusive range is part of the type of an integer; integers are plain
    // decimals ("010", "0x1f", "1e3", "1.0" and "1_000" are errors that say what to write).
    [[nodiscard]] std::int64_t require_int(std::string_view key, std::int64_t min,
                                           std::int64_t max) const;
    [[nodiscard]] std::optional<std::int64_t> optional_int(std::string_view key, std::int64_t min,
                                                           std::int64_t max) const;
    // true or false, nothing else ("yes", "on" and "no" are errors).
    [[nodiscard]] bool require_bool(std::string_view key) const;
    [[nodiscard]] std::optional<bool> optional_bool(std::string_view key) const;
    // Never empty.
    [[nodiscard]] std::string require_text(std::string_view key) const;
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view key) const;
    // A NodeId, MeterId or ClusterId; an empty one after an error.
    template <class Id>
    [[nodiscard]] Id require_name(std::string_view key) const {
        return to_name<Id>(name_at(key, true));
    }
    template <class Id>
    [[nodiscard]] std::optional<Id> optional_name(std::string_view key) const {
        const auto text = name_at(key, false);
        return text ? std::optional<Id>(to_name<Id>(text)) : std::nullopt;
    }
    // A path; a relative one starts at the directory of the configuration file.
    [[nodiscard]] std::filesystem::path require_path(std::string_view key) const;
    [[nodiscard]] std::optional<std::filesystem::path> optional_path(std::string_view key) const;
    // One word of a list; the error names the whole list.
    template <class Enum>
    [[nodiscard]] std::optional<Enum> optional_choice(
        std::string_view key, const std::vector<std::pair<std::string_view, Enum>>& words) const {
        const auto index = choice_at(key, words_of(words), false);
        return index ? std::optional<Enum>(words[*index].second) : std::nullopt;
    }
    [[nodiscard]] YamlView require_map(std::string_view key) const;
    [[nodiscard]] std::optional<YamlView> optional_map(std::string_view key) const;
    // The items of a list; an absent optional list is empty.
    [[nodiscard]] std::vector<YamlView> require_list(std::string_view key) const;
    [[nodiscard]] std::vector<YamlView> optional_list(std::string_view key) const;

    // This value itself, if it is an item of a list.
    [[nodiscard]] std::int64_t as_int(std::int64_t min, std::int64_t max) const;
    [[nodiscard]] std::string as_text() const;
    [[nodiscard]] std::optional<std::vector<YamlView>> as_list() const;  // nullopt: reported

    [[nodiscard]] bool has(std::string_view key) const;
    // Adds the reader's own error, placed at the key (or at this value if there is no key).
    void fail(std::string_view key, std::string_view message) const;
    void fail(std::string_view message) const { fail("", message); }

  private:
    friend class YamlDocument;
    explicit YamlView(std::shared_ptr<const YamlSpot> spot) : spot_(std::move(spot)) {}
    template <class Id>
    static Id to_name(const std::optional<std::string>& text) {
        return text && is_valid_name(*text) ? Id(*text) : Id();
    }
    template <class Enum>
    static std::vector<std::string_view> words_of(
        const std::vector<std::pair<std::string_view, Enum>>& words) {
        std::vector<std::string_view> out;
        for (const auto& word : words)
            out.push_back(word.first);
        return out;
    }
    static YamlView view_of(const YamlSpot& spot);
    static std::vector<YamlView> views_of(const std::vector<YamlSpot>& spots);
    [[nodiscard]] std::optional<std::filesystem::path> optional_path_at(std::string_view key,
                                                                        bool required) const;
    [[nodiscard]] std::optional<std::string> name_at(std::string_view key, bool required) const;
    [[nodiscard]] std::optional<std::size_t> choice_at(std::string_view key,
                                                       const std::vector<std::string_view>& words,
                                                       bool required) const;
    std::shared_ptr<const YamlSpot> spot_;
};

class YamlDocument {
  public:
    // Errors: the file cannot be read, is not YAML, or is not one map.
    [[nodiscard]] static Result<YamlDocument, YamlErrors> load(const std::filesystem::path& file);
    // load() from text; `file` is the name in error lines and the base of relative paths.
    [[nodiscard]] static Result<YamlDocument, YamlErrors> parse(const std::filesystem::path& file,
                                                                std::string_view text);
    [[nodiscard]] YamlView root() const;
    // Call after reading everything: returns all errors, including the keys that nobody requested.
    [[nodiscard]] YamlErrors finish() const;

  private:
    explicit YamlDocument(std::shared_ptr<YamlSource> source) : source_(std::move(source)) {}
    std::shared_ptr<YamlSource> source_;
};

}  // namespace fairfeed
