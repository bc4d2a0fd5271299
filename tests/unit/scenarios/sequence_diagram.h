// Builds the text of a Mermaid sequenceDiagram. Participants have an id and a label, and stand from
// left to right in the given order.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fairfeed::test {

class SequenceDiagram {
  public:
    explicit SequenceDiagram(std::vector<std::pair<std::string, std::string>> participants);
    void arrow(const std::string& from, const std::string& to, const std::string& text);
    // A note over these participants and everybody between them. Consecutive notes over the same
    // participants become one.
    void note(const std::vector<std::string>& over, const std::string& text);
    [[nodiscard]] int arrows() const { return arrows_; }
    [[nodiscard]] std::string text() const;  // leaves out participants that are never named

  private:
    struct Step {
        std::string head;  // up to and with the colon
        std::string text;
        bool is_note = false;
    };
    [[nodiscard]] std::size_t place(const std::string& id) const;

    std::vector<std::pair<std::string, std::string>> participants_;
    std::set<std::string> used_;
    std::vector<Step> steps_;
    int arrows_ = 0;
};

}  // namespace fairfeed::test
