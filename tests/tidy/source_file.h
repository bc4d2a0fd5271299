// A file of the repository as the tidy rules see it: its lines as written, and the same lines as
// code, with comments and the contents of string literals blanked out. A heuristic for text in our
// format, not a parser: it recognises raw strings, but no trigraphs and no line splices.
#pragma once

#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairfeed::tidy {

struct Finding {
    std::size_t line = 0;  // from 1; 0: the file as a whole
    std::string text;      // the broken rule and the remedy
};

// Blanks comments and literals, character by character. Its state continues from line to line.
class CodeOnly {
  public:
    std::string operator()(const std::string& line) {
        std::string out;
        for (std::size_t i = 0; i < line.size();)
            i = take(line, i, out);
        if (state_ == State::line_comment) state_ = State::code;
        return out;
    }

  private:
    enum class State { code, line_comment, block_comment, text, character, raw };

    std::size_t take(const std::string& line, std::size_t i, std::string& out) {
        const std::string_view rest = std::string_view(line).substr(i);
        switch (state_) {
            case State::code:
                return take_code(line, i, out);
            case State::line_comment:
                return blank(line.size() - i, i, out);
            case State::block_comment:
                return until("*/", rest, i, out);
            case State::raw:
                return until(raw_end_, rest, i, out);
            case State::text:
            case State::character:
                break;
        }
        if (rest[0] == '\\') return blank(rest.size() > 1 ? 2 : 1, i, out);
        if (rest[0] != (state_ == State::text ? '"' : '\'')) return blank(1, i, out);
        state_ = State::code;
        out.push_back(rest[0]);
        return i + 1;
    }
    std::size_t take_code(const std::string& line, std::size_t i, std::string& out) {
        const std::string_view rest = std::string_view(line).substr(i);
        if (rest.substr(0, 2) == "//") state_ = State::line_comment;
        if (rest.substr(0, 2) == "/*") state_ = State::block_comment;
        if (state_ != State::code) return blank(2, i, out);
        if (rest[0] == '"' && i > 0 && line[i - 1] == 'R') {
            const std::size_t paren = rest.find('(');
            if (paren != std::string_view::npos) {
                raw_end_ = ")" + std::string(rest.substr(1, paren - 1)) + "\"";
                state_ = State::raw;
                return blank(paren + 1, i, out);
            }
        }
        const bool digit_separator =
            rest[0] == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(line[i - 1])) != 0;
        if (rest[0] == '"') state_ = State::text;
        if (rest[0] == '\'' && !digit_separator) state_ = State::character;
        out.push_back(rest[0]);
        return i + 1;
    }
    std::size_t until(std::string_view end, std::string_view rest, std::size_t i,
                      std::string& out) {
        const std::size_t at = rest.find(end);
        if (at == std::string_view::npos) return blank(rest.size(), i, out);
        state_ = State::code;
        return blank(at + end.size(), i, out);
    }
    static std::size_t blank(std::size_t count, std::size_t i, std::string& out) {
        out.append(count, ' ');
        return i + count;
    }

    State state_ = State::code;
    std::string raw_end_;
};

struct SourceFile {
    std::string path;                // from the repository's root
    std::vector<std::string> lines;  // as written
    std::vector<std::string> code;   // of C++ only; else empty lines

    [[nodiscard]] bool ends_with(std::string_view end) const {
        return path.size() >= end.size() && path.substr(path.size() - end.size()) == end;
    }
    [[nodiscard]] bool in(std::string_view prefix) const {
        return path.substr(0, prefix.size()) == prefix;
    }
    [[nodiscard]] bool is_header() const { return ends_with(".h"); }
    [[nodiscard]] bool is_cpp() const { return is_header() || ends_with(".cc"); }
};

inline SourceFile make_source(std::string path, const std::string& text) {
    SourceFile file;
    file.path = std::move(path);
    std::istringstream in(text);
    CodeOnly code_only;
    for (std::string line; std::getline(in, line);) {
        file.code.push_back(file.is_cpp() ? code_only(line) : "");
        file.lines.push_back(std::move(line));
    }
    return file;
}

inline SourceFile read_source(const std::string& root, const std::string& path) {
    std::ifstream in(root + "/" + path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return make_source(path, text.str());
}

}  // namespace fairfeed::tidy
