// Stories in tests/scenarios/*.txt. A line is an event of one replica; the indented lines below it
// are the effects. FAIRFEED_UPDATE_SCENARIOS=1 rewrites the effects; read the diff before
// committing it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

constexpr std::string_view kIndent = "    ";

std::string show(Bench& bench) {
    const Snapshot now = bench.replica().snapshot();
    std::ostringstream out;
    out << "h" << now.height << " r" << now.round << " " << text_of(now.step) << " locked "
        << text_of(now.locked) << " valid " << text_of(now.valid) << ", ";
    constexpr std::int64_t kRegossip = 100'000;  // the bench repeats its gossip only after minutes
    const auto deadline = bench.replica().next_deadline_ms();
    if (deadline && *deadline - bench.now().steady_ms < kRegossip) {
        out << "waits " << *deadline - bench.now().steady_ms << " ms";
    } else if (deadline) {
        out << "waits for others";
    } else {
        out << (now.decided ? "decided" : "sleeps");
    }
    if (now.halt) out << ", signs no more";
    if (bench.replica().buffered_bytes() > 0) {
        out << ", keeps " << bench.replica().buffered_bytes() << " bytes for later";
    }
    return out.str();
}

struct Place {
    std::optional<Height> height;
    Round round = 0;
};

// The words of a line; each is read once.
class Words {
  public:
    explicit Words(const std::string& line) : in_(line) {}
    std::string word() {
        std::string out;
        in_ >> out;
        return out;
    }
    char letter() {
        const std::string text = word();
        return text == "nil" ? '-' : text.at(0);
    }
    std::uint32_t number() { return static_cast<std::uint32_t>(std::stoul(word())); }
    // A place: r5, or h2 r5 for a height other than the one being decided.
    Place place() {
        Place out;
        std::string text = word();
        if (text.starts_with('h')) {
            out.height = std::stoul(text.substr(1));
            text = word();
        }
        out.round = static_cast<Round>(std::stoul(text.substr(1)));
        return out;
    }

  private:
    std::istringstream in_;
};

class Story {
  public:
    Lines perform(const std::string& line) {
        Words words(line);
        const std::string verb = words.word();
        if (verb == "node") {
            const char self = words.letter();
            words.word();  // of
            bench_ = std::make_unique<Bench>(words.number(), self, 0);
            if (words.word() == "repeating") bench_->repeat();
            return {};
        }
        if (!bench_) throw std::runtime_error("a story begins with: node NAME of NUMBER");
        if (verb == "start") return bench_->start(words.number());
        if (verb == "restart") return bench_->restart(words.number());
        if (verb == "work") return bench_->work();
        if (verb == "wait") return bench_->wait(words.number());
        if (verb == "show") return {show(*bench_)};
        if (verb == "clock") return set_clock(words.word());
        if (verb == "tip") {
            words.word();  // ahead
            bench_->let_tip_be_ahead(std::int64_t{words.number()} * 1000);
            return {};
        }
        if (verb == "flood") return flood(words);
        return hear(verb, words);
    }

  private:
    Lines hear(const std::string& verb, Words& words) {
        if (verb == "built") {
            const Round round = words.place().round;
            return bench_->built(round, words.letter());
        }
        if (verb == "judged") return hear_verdict(words);
        const std::string from = words.word();
        const Place place = words.place();
        const Round round = place.round;
        const char block = words.letter();
        const Bench::About about(*bench_, place.height);
        if (verb == "prevotes") return bench_->prevote(from, round, block);
        if (verb == "precommits") return bench_->precommit(from, round, block);
        if (verb == "polka") return bench_->polka(from, round, block);
        if (verb == "commit") {
            return bench_->certificate(VoteType::precommit, from, round, block);
        }
        if (verb != "proposal") throw std::runtime_error("unknown verb: " + verb);
        std::optional<Round> valid_round;
        if (words.word() == "vr") valid_round = words.number();
        return bench_->proposal(from.at(0), round, block, valid_round);
    }

    // judged V | judged V wrong | judged V ahead 11 (seconds ahead of the replica's clock) | judged
    // V tip 1 (milliseconds after the parent's time)
    Lines hear_verdict(Words& words) {
        const char block = words.letter();
        const std::string how = words.word();
        std::int64_t ahead_s = 0;
        if (how == "tip") {
            return bench_->judged(block, true, bench_->parent_ms() + words.number());
        }
        if (how == "ahead") ahead_s = words.number();
        return bench_->judged(block, how != "wrong", bench_->now().real_ms + ahead_s * 1000);
    }
    Lines set_clock(const std::string& how) {
        bench_->now().synchronised = how == "synchronised";
        return {};
    }
    // flood d r1000 2000: a prevote of d for each of 2000 rounds from round 1000 on.
    Lines flood(Words& words) {
        const std::string from = words.word();
        const Place place = words.place();
        const Bench::About about(*bench_, place.height);
        const Round end = place.round + words.number();
        Lines out;
        for (Round round = place.round; round < end; ++round) {
            for (std::string& line : bench_->prevote(from, round, 'F'))
                out.push_back(std::move(line));
        }
        return out;
    }

    std::unique_ptr<Bench> bench_;
};

std::string retell(const std::string& text) {
    Story story;
    std::istringstream in(text);
    std::ostringstream out;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(kIndent)) continue;
        out << line << '\n';
        if (line.empty() || line.starts_with('#')) continue;
        for (const std::string& effect : story.perform(line))
            out << kIndent << effect << '\n';
    }
    return out.str();
}

std::string contents(const std::filesystem::path& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

std::vector<std::string> stories() {
    std::vector<std::string> out;
    const std::filesystem::path directory(FAIRFEED_SOURCE_DIR "/tests/scenarios");
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        const std::string name = entry.path().stem().string();
        if (name.starts_with("consensus_")) out.push_back(name);
    }
    std::sort(out.begin(), out.end());
    return out;
}

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, goes_as_told) {
    const std::filesystem::path file =
        std::filesystem::path(FAIRFEED_SOURCE_DIR "/tests/scenarios") / (GetParam() + ".txt");
    const std::string told = contents(file);
    ASSERT_FALSE(told.empty());
    const std::string now = retell(told);
    if (std::getenv("FAIRFEED_UPDATE_SCENARIOS") != nullptr) std::ofstream(file) << now;
    EXPECT_EQ(now, told) << "FAIRFEED_UPDATE_SCENARIOS=1 accepts the new effects";
}

INSTANTIATE_TEST_SUITE_P(Of, Scenario, testing::ValuesIn(stories()),
                         [](const auto& story) { return story.param; });

}  // namespace
}  // namespace fairfeed::consensus
