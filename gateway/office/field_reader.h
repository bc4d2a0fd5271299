// Reads the fields of one notice, name=value, into the types of its content, and keeps every fault
// as a line for a person: "effective: 'tomorrow' is no window ...". Private to gateway/office.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/office/notice_fields.h"

namespace fairfeed {

// The names of a list such as "n1,n2"; a fault for each word that is no name.
template <class Id>
std::vector<Id> ids_in(const std::string& list, std::vector<std::string>& errors,
                       std::string_view field) {
    std::vector<Id> ids;
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        const std::string word = list.substr(at, end - at);
        if (auto id = Id::parse(word)) {
            ids.push_back(*id);
        } else {
            errors.push_back(std::string(field) + ": '" + word +
                             "' is no name (1 to 32 of a-z, 0-9 and '-')");
        }
        at = end + 1;
    }
    return ids;
}

class FieldReader {
  public:
    FieldReader(const NoticeFields& fields, const DraftGround& ground)
        : fields_(fields), ground_(ground) {}

    [[nodiscard]] std::vector<std::string> take_errors() { return std::move(errors_); }
    [[nodiscard]] bool has_errors() const { return !errors_.empty(); }
    void fail(std::string_view field, const std::string& what) {
        errors_.push_back(std::string(field) + ": " + what);
    }
    void fail(const std::string& line) { errors_.push_back(line); }
    [[nodiscard]] const NoticeFields& fields() const { return fields_; }
    [[nodiscard]] const std::string* find(std::string_view field) const {
        const auto found = fields_.find(std::string(field));
        return found == fields_.end() ? nullptr : &found->second;
    }
    // Empty: it is missing, which the caller of form() reports.
    [[nodiscard]] std::string text(std::string_view field) const {
        const std::string* found = find(field);
        return found != nullptr ? *found : "";
    }
    [[nodiscard]] std::int64_t number(std::string_view field, std::int64_t otherwise = 0) {
        const std::string* found = find(field);
        if (found == nullptr) return otherwise;
        std::int64_t value = 0;
        const auto [end, fault] =
            std::from_chars(found->data(), found->data() + found->size(), value);
        if (fault != std::errc() || end != found->data() + found->size())
            fail(field, "'" + *found + "' is no whole number");
        return value;
    }
    template <class Id>
    [[nodiscard]] Id name(std::string_view field) {
        const std::string* found = find(field);
        if (found == nullptr) return Id();
        const auto ids = ids_in<Id>(*found, errors_, field);
        if (ids.size() > 1) fail(field, "one name only");
        return ids.empty() ? Id() : ids.front();
    }
    template <class Id>
    [[nodiscard]] std::vector<Id> names(std::string_view field) {
        const std::string* found = find(field);
        return found != nullptr ? ids_in<Id>(*found, errors_, field) : std::vector<Id>();
    }
    template <class Fixed>
    [[nodiscard]] Fixed hex(std::string_view field) {
        const std::string* found = find(field);
        if (found == nullptr) return Fixed{};
        const auto value = fixed_from_hex<Fixed>(*found);
        if (!value)
            fail(field, "must be " + std::to_string(2 * Fixed::kSize) + " hexadecimal digits");
        return value.value_or(Fixed{});
    }
    // One of the words whose numbers `from` knows, counted from 1.
    template <class Word>
    [[nodiscard]] std::optional<Word> word(std::string_view field,
                                           std::optional<Word> (*from)(std::uint64_t)) {
        const std::string said = text(field);
        std::string all;
        for (std::uint64_t number = 1; const auto each = from(number); ++number) {
            if (to_string(*each) == said) return each;
            all += (all.empty() ? "" : ", ") + std::string(to_string(*each));
        }
        if (!said.empty()) fail(field, "'" + said + "' is none of " + all);
        return std::nullopt;
    }
    [[nodiscard]] Window window(std::string_view field);
    [[nodiscard]] Window effective() { return window("effective"); }
    // "3,5,9": numbers of windows, ascending; empty if the field is missing.
    [[nodiscard]] std::vector<Window> windows(std::string_view field);
    [[nodiscard]] std::vector<Signatory> people(std::string_view field);

  private:
    [[nodiscard]] Window next_week() const;

    const NoticeFields& fields_;
    const DraftGround& ground_;
    std::vector<std::string> errors_;
};

}  // namespace fairfeed
