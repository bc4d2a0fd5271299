#include "tests/unit/scenarios/sequence_diagram.h"

#include <algorithm>
#include <stdexcept>

namespace fairfeed::test {
namespace {

constexpr std::size_t kNoteColumns = 72;

// Mermaid does not break the lines of notes.
std::string wrapped(const std::string& text) {
    std::string out;
    std::size_t line = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (line > 0 && line + end - at >= kNoteColumns) {
            out += "<br/>";
            line = 0;
        } else if (line > 0) {
            out += ' ';
        }
        out += text.substr(at, end - at);
        line += end - at + 1;
        at = end + 1;
    }
    return out;
}

// In Mermaid a semicolon ends a statement, and a number sign begins an entity.
std::string escaped(std::string text) {
    std::replace(text.begin(), text.end(), ';', ',');
    for (std::size_t at = text.find('#'); at != std::string::npos; at = text.find('#'))
        text.replace(at, 1, "no. ");
    return text;
}

}  // namespace

SequenceDiagram::SequenceDiagram(std::vector<std::pair<std::string, std::string>> participants)
    : participants_(std::move(participants)) {}

std::size_t SequenceDiagram::place(const std::string& id) const {
    for (std::size_t i = 0; i < participants_.size(); ++i) {
        if (participants_[i].first == id) return i;
    }
    throw std::invalid_argument("no such participant: " + id);
}

void SequenceDiagram::arrow(const std::string& from, const std::string& to,
                            const std::string& text) {
    used_.insert({participants_[place(from)].first, participants_[place(to)].first});
    steps_.push_back({from + "->>" + to + ": ", escaped(text), false});
    ++arrows_;
}

void SequenceDiagram::note(const std::vector<std::string>& over, const std::string& text) {
    std::size_t first = participants_.size();
    std::size_t last = 0;
    for (const std::string& id : over) {
        first = std::min(first, place(id));
        last = std::max(last, place(id));
        used_.insert(id);
    }
    std::string head = "Note over " + participants_[first].first;
    if (last != first) head += "," + participants_[last].first;
    head += ": ";
    if (!steps_.empty() && steps_.back().is_note && steps_.back().head == head) {
        steps_.back().text += "<br/>" + wrapped(escaped(text));
    } else {
        steps_.push_back({head, wrapped(escaped(text)), true});
    }
}

std::string SequenceDiagram::text() const {
    std::string out = "sequenceDiagram\n";
    for (const auto& [id, label] : participants_) {
        if (used_.contains(id)) out += "    participant " + id + " as " + label + "\n";
    }
    for (const Step& step : steps_)
        out += "    " + step.head + step.text + "\n";
    return out;
}

}  // namespace fairfeed::test
