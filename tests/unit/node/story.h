// A story of a committee's nodes, told line by line (tests/scenarios/committee_*.txt): a line is
// what happens to them, the indented lines below it are what they then do, each with its virtual
// milliseconds since that line. What a node repeats unchanged (R13) is told once. Pure text in and
// out; the nodes are the real ones, in a NodeWorld.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/node/node_world.h"

namespace fairfeed::test {

class Story {
  public:
    // The same text with what the nodes do now; throws std::invalid_argument, naming the line, for
    // a line that is no command.
    [[nodiscard]] static std::string retell(const std::string& told);

  private:
    using Words = std::vector<std::string>;
    void follow(const std::string& line);
    void begin(const Words& words);
    void read(const Words& words);
    void pass(const Words& words);
    void strike(const Words& words);
    void send(const OpenedReading& reading, const Words& words);
    void hear(const NodeId& node, const Effect& effect);

    std::unique_ptr<NodeWorld> world_;
    std::map<std::pair<MeterId, Window>, std::optional<OpenedReading>> readings_;
    std::set<std::string> told_;
    struct Deed {
        std::int64_t after_ms = 0;
        std::string nodes;  // all who do it at this moment
        std::string what;
    };
    std::vector<Deed> deeds_;  // since the last line
    std::int64_t since_ms_ = 0;
};

// What an effect is, for people; empty for those that belong to the chain's rounds.
[[nodiscard]] std::string tell(const Effect& effect, const Digest& network);

}  // namespace fairfeed::test
