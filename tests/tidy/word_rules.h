// Words that are banned in some places, each with a replacement and the reason. The table is the
// rule; an exception is a path in it.
#pragma once

#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source_file.h"

namespace fairfeed::tidy {

enum class Where { code, written };  // written: comments, strings and pages as well

struct BannedWord {
    const char* pattern;
    Where where;
    std::vector<const char*> only_in;  // path prefixes; empty: everywhere
    std::vector<const char*> not_in;
    const char* instead;
    const char* because;
};

inline const std::vector<BannedWord>& banned_words() {
    static const std::vector<const char*> kPure = {
        "core/model/",          "core/wire/",         "core/contract/",    "core/state/",
        "core/accounts/",       "edge-node/effects/", "edge-node/intake/", "edge-node/consensus/",
        "edge-node/committee/", "edge-node/chain/",   "edge-node/node/"};
    static const std::vector<BannedWord> kWords = {
        {R"(\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b)",
         Where::code,
         {},
         {"core/io/clock."},
         "Clock of core/io/clock.h, or an Instant handed in",
         "time is a parameter: there is one clock in the tree"},
        {R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b)",
         Where::code,
         {},
         {},
         "waiting for the condition itself, with a deadline",
         "a sleep is too short on a slow machine and too long on every other"},
        {R"(\bcatch\s*\(\s*\.\.\.\s*\))",
         Where::code,
         {},
         {},
         "the type the library throws",
         "what is caught unseen is handled wrongly"},
        {R"(\b(std::)?s?rand\s*\()",
         Where::code,
         {},
         {},
         "core/crypto/random.h, or a seeded generator in tests",
         "it is neither random nor ours"},
        {R"(\b(float|double)\b)",
         Where::code,
         kPure,
         {"core/wire/cbor.cc"},
         "integers with their unit in the name",
         "what nodes agree on must not depend on rounding modes"},
        {R"(\bstd::(shuffle|\w+_distribution)\b)",
         Where::code,
         kPure,
         {},
         "a rule of our own over ordered values",
         "libraries differ in it, and a difference forks the chain"},
        {R"((Manager|Impl|Factory|Helper|Utils)(?![a-z]))",
         Where::code,
         {},
         {},
         "a name that says what it does",
         "these words say nothing"},
        {R"(\b(TODO|FIXME|XXX)\b)",
         Where::written,
         {},
         {"docs/", "LICENSE"},
         "finishing it, or an issue",
         "nobody reads it again"},
        {R"(DISABLED_)",
         Where::written,
         {},
         {},
         "a test that passes, or none",
         "a sleeping test hides what it would find"},
        {R"("[^"]*\bff1/(?![a-z-]+"))",
         Where::written,
         {"core/", "edge-node/", "gateway/", "meter-sim/"},
         {"core/wire/topics."},
         "a function of core/wire/topics.h",
         "topic strings are the first thing to rot in an MQTT system"},
    };
    return kWords;
}

inline bool applies(const BannedWord& word, const SourceFile& file) {
    bool wanted = word.only_in.empty();
    for (const char* prefix : word.only_in)
        wanted = wanted || file.in(prefix);
    for (const char* prefix : word.not_in)
        wanted = wanted && !file.in(prefix);
    return wanted;
}

inline std::vector<Finding> words_are_ours(const SourceFile& file) {
    std::vector<Finding> findings;
    const bool page = file.ends_with(".md");
    // The tidy rules must spell the words that they search.
    if ((!file.is_cpp() && !page) || file.in("tests/tidy/")) return findings;
    for (const BannedWord& word : banned_words()) {
        if (!applies(word, file) || (page && word.where == Where::code)) continue;
        const std::regex pattern(word.pattern);
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = word.where == Where::code ? file.code[i] : file.lines[i];
            std::smatch match;
            if (!std::regex_search(line, match, pattern)) continue;
            findings.push_back({i + 1, "'" + match.str() + "' is banned here, because " +
                                           word.because + "; write " + word.instead});
        }
    }
    return findings;
}

}  // namespace fairfeed::tidy
