// One replica on a bench: short functions for its events, its effects as text, a clock that the
// test sets, and a disk with the persisted records. Validators are a, b, c, ... in proposer order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edge-node/consensus/replica.h"
#include "tests/unit/consensus/effect_text.h"

namespace fairfeed::consensus {

using Lines = std::vector<std::string>;

class Bench {
  public:
    static constexpr std::int64_t kRealMs = 1'700'000'000'000;
    static constexpr std::int64_t kParentMs = kRealMs - 1000;  // the time of every tip

    Bench(std::size_t validators, char self, Height height = 1)
        : self_(std::string(1, self)), signer_(self_) {
        for (std::size_t i = 0; i < validators; ++i) {
            names_.emplace_back(std::string(1, static_cast<char>('a' + i)));
        }
        timers_ = Timers{.propose_ms = 600,
                         .propose_step_ms = 200,
                         .propose_cap_ms = 30'000,
                         .vote_ms = 200,
                         .vote_step_ms = 100,
                         .vote_cap_ms = 15'000};
        timers_.rebroadcast_ms = 1'000'000;
        timers_.rebroadcast_cap_ms = 1'000'000;
        boot();
        if (height != 0) start(height);
    }

    // During this object's life all events are about this height, which may differ from the height
    // being decided.
    class About {
      public:
        About(Bench& bench, std::optional<Height> height) : bench_(bench), before_(bench.height_) {
            if (height) bench_.height_ = *height;
        }
        ~About() { bench_.height_ = before_; }
        About(const About&) = delete;
        About& operator=(const About&) = delete;

      private:
        Bench& bench_;
        Height before_;
    };
    // Restarts the replica with the laboratory's rebroadcast (R13); the default interval is
    // minutes.
    void repeat() {
        timers_.rebroadcast_ms = 300;
        timers_.rebroadcast_cap_ms = 1000;
        boot();
    }

    Lines start(Height height) {
        height_ = height;
        return feed(HeightStarts{height, names_, {parent_ms_, now_.steady_ms}});
    }
    Lines proposal(char from, Round round, char block, std::optional<Round> valid_round = {}) {
        const ProposalContent content{height_, round, valid_round, block_named(block)};
        return feed(ProposalSeen{Proposal{content, name(from), mark(from)}});
    }
    Lines prevote(const std::string& from, Round round, char block) {
        return votes(VoteType::prevote, from, round, block);
    }
    Lines precommit(const std::string& from, Round round, char block) {
        return votes(VoteType::precommit, from, round, block);
    }
    // '-' is nil. Each letter of `from` is a voting validator. Returns the effects of all votes.
    Lines votes(VoteType type, const std::string& from, Round round, char block) {
        Lines all;
        for (const char who : from) {
            const Vote vote{content(type, round, block), name(who), mark(who)};
            for (std::string& line : feed(VoteSeen{vote}))
                all.push_back(std::move(line));
        }
        return all;
    }
    Lines certificate(VoteType type, const std::string& from, Round round, char block) {
        QuorumCertificate out{content(type, round, block), {}};
        for (const char who : from)
            out.witnesses.push_back(Witness{name(who), mark(who)});
        return feed(CertificateSeen{out});
    }
    Lines polka(const std::string& from, Round round, char block) {
        return certificate(VoteType::prevote, from, round, block);
    }
    Lines judged(char block, bool valid = true, std::int64_t time_ms = kRealMs) {
        return feed(BlockJudged{block_named(block), valid, time_ms});
    }
    Lines built(Round round, char block) {
        return feed(BlockBuilt{height_, round, block_named(block)});
    }
    Lines work() { return feed(WorkExists{}); }
    Lines wait(std::int64_t ms) {
        now_.steady_ms += ms;
        now_.real_ms += ms;
        return feed(TimePassed{});
    }
    // Restarts the replica with nothing but the disk.
    Lines restart(Height height) {
        boot();
        CHECK(replica_->restore(disk_).has_value());
        return start(height);
    }
    Lines feed(const Event& event) {
        const Effects effects = replica_->step(event, now_);
        for (const Effect& effect : effects) {
            if (const auto* persist = std::get_if<PersistSafety>(&effect)) disk_ = persist->record;
        }
        last_ = effects;
        return text_of(effects);
    }

    Replica& replica() { return *replica_; }
    const Effects& last() const { return last_; }
    const Bytes& disk() const { return disk_; }
    void set_disk(Bytes record) { disk_ = std::move(record); }
    Instant& now() { return now_; }
    Timers& timers() { return timers_; }
    const std::vector<NodeId>& validators() const { return names_; }
    [[nodiscard]] std::int64_t parent_ms() const { return parent_ms_; }
    void let_tip_be_ahead(std::int64_t ms) { parent_ms_ = kRealMs + ms; }
    void boot() {
        replica_ = std::make_unique<Replica>(ReplicaConfig{self_, {}, timers_}, signer_);
    }
    VoteContent content(VoteType type, Round round, char block) const {
        const auto id = block == '-' ? std::nullopt : std::optional(block_named(block));
        return VoteContent{type, height_, round, id};
    }
    static NodeId name(char letter) { return NodeId(std::string(1, letter)); }
    static Signature mark(char letter) {
        Signature out;
        out.bytes.fill(static_cast<std::uint8_t>(letter));
        return out;
    }

  private:
    NodeId self_;
    TestSigner signer_;
    Timers timers_;
    std::vector<NodeId> names_;
    std::unique_ptr<Replica> replica_;
    Instant now_{.steady_ms = 0, .real_ms = kRealMs, .synchronised = true};
    std::int64_t parent_ms_ = kParentMs;
    Height height_ = 0;
    Bytes disk_;
    Effects last_;
};

}  // namespace fairfeed::consensus
