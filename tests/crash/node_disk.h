// What must hold of a node's data directory after any power cut in the middle of the story: the
// node starts without help, knows everything that it acknowledged, holds nothing by halves, and
// never contradicts an earlier statement. Tests only.
#pragma once

#include "edge-node/service/node_config.h"
#include "edge-node/storage/storage.h"
#include "tests/crash/crash_enumeration.h"
#include "tests/crash/node_story.h"
#include "tests/support/model_inbox.h"

namespace fairfeed::test {

class NodeDisk {
  public:
    explicit NodeDisk(const NodeStory& story = NodeStory::get());

    // Plays the story onto real files, in two lives. Returns at the first error.
    void work(const std::filesystem::path& directory, DiskRecording& recording) const;
    void check(const CutPoint& point, const std::filesystem::path& directory) const;

    // The directory after the whole story and a stop, or of a node that was killed after so many
    // turns, with its logs.
    [[nodiscard]] static const DiskImage& after_stop();
    [[nodiscard]] static DiskImage after_kill(std::size_t turns);
    [[nodiscard]] static NodeConfig config(const std::filesystem::path& directory,
                                           const NodeId& self = NodeStory::get().self());
    // A node started from the storage, with the effects that its start asks for.
    struct Started {
        std::unique_ptr<Node> node;
        Effects effects;
    };
    // Starts a node by the real replay of the ledger. The error is the one with which the node
    // would end.
    [[nodiscard]] static Result<Started, std::string> start(
        Storage& storage, const NodeStory& story = NodeStory::get());
    // Everything that the node says from its start on repeats its statements of the first `turns`
    // turns. `silent`: the node says nothing at all.
    void go_on(std::size_t turns, Storage& storage, Started& started, bool silent = false) const;

    // Ledger, safety record and inbox are those of one moment of the turn that was under way.
    void expect_a_moment(const CutPoint& point, Storage& storage,
                         const RecoveredState& memory) const;

  private:
    void expect_to_catch_up(std::size_t turns, Storage& storage, Started& started) const;
    void expect_ledger(const Ledger& ledger) const;
    void expect_receipted(std::size_t acknowledged, const Storage& storage,
                          const RecoveredState& memory) const;
    void expect_no_contradiction(std::size_t acknowledged, const Effects& effects,
                                 bool silent) const;

    // The content of the disk before the turn with this index.
    struct Standing {
        ModelInbox inbox;
        Bytes safety;
        Height height = 0;
    };
    const NodeStory& story_;
    std::vector<Standing> standings_;
    std::map<std::string, std::pair<std::string, std::size_t>> said_;  // statement, and its turn
    std::vector<std::pair<Digest, std::size_t>> receipted_;            // reading, and its turn
};

}  // namespace fairfeed::test
