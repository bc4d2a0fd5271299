#include "tests/simulation/oracles.h"

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/simulation/fast_hash.h"

namespace fairfeed::simulation {
namespace {

constexpr std::size_t kMostSaidBytes = 8'000'000;  // by one honest node in one run
constexpr std::size_t kMostRows = 64;              // undecided ones on one disk
constexpr std::size_t kMostBatches = 5;            // of one proposer that a member keeps
constexpr std::size_t kMostVersions = 8;           // certified ones of one window's settlement

Digest text_digest(const std::optional<Digest>& block) {
    return block.value_or(Digest{});
}

// Alarms that a node raises about itself before it is registered, while it is new, and once it is
// revoked.
bool is_newcomers(const std::string& alarm) {
    const auto says = [&](std::string_view words) { return alarm.find(words) != alarm.npos; };
    return says("is not registered in this chain") || says("DGMD has revoked") ||
           says("its safety record is lost");
}

}  // namespace

void Oracles::fail(const std::string& what) {
    if (fault_.empty()) fault_ = what;
}

void Oracles::lose(const std::string& what) {
    if (plan_.liars == Liars::tolerated) return fail(what);
    if (lost_.empty()) lost_ = what;
}

void Oracles::on_effect(std::size_t node, const Effect& effect, const ModelDisk& disk) {
    if (const auto* publish = std::get_if<Publish>(&effect)) {
        on_statement(node, *publish);
    } else if (const auto* commit = std::get_if<CommitBlock>(&effect)) {
        on_commit(node, commit->block);
    } else if (const auto* row = std::get_if<PersistEndorsement>(&effect)) {
        on_endorsement(node, *row, disk);
    }
    if (disk.undecided_rows() > kMostRows) {
        fail(scenery_.nodes[node].str() + " keeps " + std::to_string(disk.undecided_rows()) +
             " undecided rows");
    }
}

void Oracles::once(const Place& where, const Digest& what) {
    const auto [place, fresh] = said_.try_emplace(where, what);
    if (fresh || place->second == what) return;
    const auto& [node, channel, height, round] = where;
    fail("honest " + scenery_.nodes[node].str() +
         " equivocated: " + std::string(to_string(channel)) + " of height " +
         std::to_string(height) + ", round " + std::to_string(round));
}

void Oracles::on_statement(std::size_t node, const Publish& publish) {
    const Channel channel = publish.topic.channel;
    const auto hash = fast_hash(node, publish.message);
    if (!heard_.insert(hash).second) return;  // said again
    if (channel == Channel::prevote || channel == Channel::precommit) {
        const auto vote = decode_vote(publish.message);
        if (!vote) return fail("a vote that cannot be read");
        once({node, channel, vote->content.height, vote->content.round},
             text_digest(vote->content.block));
    } else if (channel == Channel::proposal) {
        const auto said = decode_proposal(publish.message);
        if (!said) return fail("a proposal that cannot be read");
        const ProposalContent& content = said->proposal.content;
        const Bytes all = proposal_to_be_signed(content, said->proposal.proposer, {});
        once({node, channel, content.height, content.round}, sha256(all));
    } else if (channel == Channel::share) {
        on_share(node, publish);
    } else if (channel == Channel::command) {
        on_command(node, publish);
    } else if (channel == Channel::batch) {
        on_batch(node, publish);
    }
}

void Oracles::on_share(std::size_t node, const Publish& publish) {
    const auto said = decode_share(publish.message, scenery_.network.network());
    if (!said) return fail("a share that cannot be read");
    const ShareStatement& share = said->content;
    const auto [place, fresh] = shares_.try_emplace({share.meter, share.window}, share);
    if (!fresh && place->second != share) {
        lose(scenery_.nodes[node].str() + " states another share of " + share.meter.str() +
             ", window " + std::to_string(share.window));
    }
}

// Honest members tell a meter what the chain holds, and nothing else.
void Oracles::on_command(std::size_t node, const Publish& publish) {
    const auto said = decode_command(publish.message, scenery_.network.network());
    if (!said) return fail("a command that cannot be read");
    const auto decided = commands_.find(said->content.sequence);
    if (decided == commands_.end() || decided->second != said->content) {
        lose(scenery_.nodes[node].str() + " tells " + said->content.meter.str() +
             " a command that nobody decided");
    }
}

void Oracles::on_batch(std::size_t node, const Publish& publish) {
    const auto batch = decode_transaction(publish.message, scenery_.network.network());
    if (!batch) return fail("a batch that cannot be read");
    const auto& content = std::get<Settlement>(batch->content);
    const auto [place, fresh] = batches_.try_emplace(
        {node, true, content.cluster, content.window, content.proposer, content.version, 0},
        batch->id);
    if (!fresh && place->second != batch->id) {
        fail("honest " + scenery_.nodes[node].str() + " said two batches of " +
             content.cluster.str() + ", window " + std::to_string(content.window));
    }
}

void Oracles::on_commit(std::size_t node, const CommittedBlock& committed) {
    const BlockHeader& header = committed.block.header;
    const Digest id = block_id(header);
    const auto [place, fresh] =
        blocks_.try_emplace(header.height, Decided{id, node, committed.certificate});
    if (place->second.block != id) return on_fork(node, committed);
    if (!fresh) return;
    if (committed.block.transactions.empty()) {
        fail("height " + std::to_string(header.height) + " is an empty block");  // R16
    }
    for (const Transaction& transaction : committed.block.transactions) {
        const bool accuses = transaction.kind == TransactionKind::evidence ||
                             transaction.kind == TransactionKind::event;
        if (!accuses) highest_at_work_ = header.height;
        if (is_dgmd_kind(transaction.kind)) on_notice(transaction, header.time_ms);
        if (const auto* reading = std::get_if<SignedReading>(&transaction.content)) {
            audit_.on_reading(*reading);
        } else if (const auto* tariff = std::get_if<TariffNotice>(&transaction.content)) {
            audit_.on_tariff(*tariff);
        } else if (const auto* committee = std::get_if<CommitteeAllocation>(&transaction.content)) {
            allocated_[committee->cluster].push_back({header.height, committee->effective});
        } else if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
            on_settlement(*settlement, header.time_ms);
        } else if (const auto* evidence = std::get_if<Evidence>(&transaction.content)) {
            on_evidence(*evidence);
        }
    }
}

// A thief with a gateway that a policy trusts takes one capacity of a settled window, and nothing
// after its keys were replaced. The run is shorter than a week.
void Oracles::on_policy_use(const Transaction& notice) {
    const auto& taken = std::get<Deauthorisation>(notice.content);
    ++decreed_;
    if (plan_.office == OfficeBehaviour::captured) return;
    if (plan_.office != OfficeBehaviour::entrusted || keys_replaced_)
        fail("a replaced key decided: " + describe(notice));
    if (++policy_uses_ > 1) fail("more than the policy allows: " + describe(notice));
    const ClusterId& cluster = scenery_.first_state.meters.at(taken.meter).registration.cluster;
    for (const Window window : taken.evidence)
        if (!settled_.contains({cluster, window}))
            fail("evidence of a window that is not settled: " + describe(notice));
}

// In these plans only thieves deauthorise and command meters, and replace officers.
void Oracles::on_notice(const Transaction& notice, std::int64_t time_ms) {
    if (notice.kind == TransactionKind::dgmd_keys) keys_replaced_ = true;
    if (is_by_policy(notice)) on_policy_use(notice);
    const auto* capacity = std::get_if<CapacityCertificate>(&notice.content);
    const bool is_of_keys =
        notice.kind == TransactionKind::dgmd_keys || notice.kind == TransactionKind::policy;
    const bool is_stolen = (notice.kind == TransactionKind::deauthorise && !is_by_policy(notice)) ||
                           notice.kind == TransactionKind::officers ||
                           notice.kind == TransactionKind::command ||
                           (capacity != nullptr && capacity->certificate) ||
                           (is_of_keys && plan_.office != OfficeBehaviour::entrusted);
    if (const auto* command = std::get_if<MeterCommand>(&notice.content))
        commands_[command->sequence] = *command;
    if (is_stolen) ++decreed_;
    if (is_stolen && plan_.office != OfficeBehaviour::captured)
        fail("fewer officers than the threshold decided: " + describe(notice));
    const GridClock grid(scenery_.first_state.genesis.parameters);
    if (grid.end_real_ms(notice.valid_until) <= time_ms)
        fail("a notice that had expired decided: " + describe(notice));
}

// Two quorums overlap: a node in both certificates has lied.
void Oracles::on_fork(std::size_t node, const CommittedBlock& committed) {
    const BlockHeader& header = committed.block.header;
    const Decided& other = blocks_.at(header.height);
    std::string what = "fork: " + scenery_.nodes[node].str() + " committed block " +
                       short_hex(block_id(header)) + " at height " + std::to_string(header.height) +
                       ", " + scenery_.nodes[other.by].str() + " block " + short_hex(other.block) +
                       "; signed both:";
    for (const Witness& witness : committed.certificate.witnesses) {
        const auto& first = other.certificate.witnesses;
        const bool both = std::any_of(first.begin(), first.end(),
                                      [&](const Witness& one) { return one.node == witness.node; });
        if (both) what += ' ' + witness.node.str();
    }
    lose(what);
}

void Oracles::on_evidence(const Evidence& evidence) {
    accused_.insert({evidence.culprit, evidence.offence});
    const auto& nodes = scenery_.nodes;
    const auto node = std::find(nodes.begin(), nodes.end(), NodeId(evidence.culprit));
    const bool lies = node == nodes.end()
                          ? meter_of_(MeterId(evidence.culprit)).signs_twice()
                          : !plan_.is_honest(static_cast<std::size_t>(node - nodes.begin()));
    if (!lies) fail("evidence names honest " + evidence.culprit);
}

void Oracles::on_settlement(const Settlement& settlement, std::int64_t time_ms) {
    const std::string what =
        "window " + std::to_string(settlement.window) + " of " + settlement.cluster.str();
    const auto slot = std::pair{settlement.cluster, settlement.window};
    if (!settled_.try_emplace(slot, settlement.entries).second) lose(what + " settled twice");
    const std::string wrong = audit_.on_settlement(settlement, time_ms);
    if (!wrong.empty()) lose(what + ": " + wrong);
}

void Oracles::on_wait(std::size_t node, std::int64_t waited_ms, std::int64_t most_ms) {
    if (waited_ms <= most_ms) return;
    lose(scenery_.nodes[node].str() + " has had a transaction for " + std::to_string(waited_ms) +
         " ms without a block");
}

// Without liars an idle network publishes no votes either.
void Oracles::on_idle_end(Height height, std::uint64_t statements) {
    // Evidence against a liar and a broken seal are work, whenever a node finds them.
    const Height last = plan_.has_liars() ? highest_at_work_ : highest();
    if (last > height) lose("an idle network builds blocks");
    if (!plan_.has_liars() && statements > 0) {
        lose("an idle network says " + std::to_string(statements) +
             " votes, proposals and batches");
    }
}

// Messages of liars may make honest nodes publish much, but not without limit.
void Oracles::on_said(std::size_t node, std::size_t bytes) {
    std::size_t& said = said_bytes_[node];
    said += bytes;
    if (said <= kMostSaidBytes) return;
    fail(scenery_.nodes[node].str() + " has said more than " + std::to_string(kMostSaidBytes) +
         " bytes");
}

void Oracles::on_load(std::size_t node, const NodeLoad& load) {
    const std::size_t slots = scenery_.meters.size() * plan_.windows;
    const std::size_t members = std::min<std::size_t>(plan_.machines(), 4);
    const auto most = [&](std::string_view what, std::size_t held, std::size_t bound) {
        if (held <= bound) return;
        fail(scenery_.nodes[node].str() + " holds " + std::to_string(held) + ' ' +
             std::string(what) + ", more than " + std::to_string(bound));
    };
    most("waiting transactions", load.waiting_transactions, kMostVersions * (slots + members));
    most("certified windows", load.pending_windows, plan_.clusters);
    most("readings", load.readings, slots);
    most("batches", load.batches, plan_.clusters * members * kMostBatches);
    most("bytes of later heights", load.buffered_bytes,
         (plan_.machines() + 1) * consensus::FutureBuffer::kBytesPerSender);
}

// Whether a line is sealed with the data key of the batch's own committee; otherwise it is no
// longer a reading of this window.
bool Oracles::is_sealed_for(const Settlement& batch, const SimulatedMeter& meter) {
    const KeptReading* kept = meter.kept(batch.window);
    return kept != nullptr &&
           std::any_of(batch.lines.begin(), batch.lines.end(), [&](const auto& line) {
               return line.meter == meter.id() && line.key_epoch == kept->key_epoch;
           });
}

// The number of committees given the batch's window or an earlier one, in the state of the batch's
// draft. Promises in the places of an earlier committee are void when DGMD gives the window to
// another one (rule 15).
std::size_t Oracles::committees_before(const Settlement& batch) const {
    const auto found = allocated_.find(batch.cluster);
    if (found == allocated_.end()) return 0;
    const auto& all = found->second;
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const Allocated& committee) {
            return committee.height <= batch.state_height && committee.effective <= batch.window;
        }));
}

// Rules 2 and 5: a member endorses one reading per slot and committee, and never endorses the
// absence of a reading that it holds.
void Oracles::on_endorsement(std::size_t node, const PersistEndorsement& row,
                             const ModelDisk& disk) {
    const Endorsement& said = row.endorsement;
    const auto& batch = std::get<Settlement>(row.batch->content);
    const std::size_t committees = committees_before(batch);
    const auto [place, fresh] = batches_.try_emplace(
        {node, false, said.cluster, said.window, row.batch->signer, said.version, committees},
        said.batch);
    if (!fresh && place->second != said.batch) {
        fail("honest " + scenery_.nodes[node].str() + " endorsed two batches of one version");
    }
    for (const SettlementEntry& entry : batch.entries) {
        if (entry.status != EntryStatus::reading) {
            if (!disk.holds_reading(entry.meter, said.window)) continue;
            const SimulatedMeter& meter = meter_of_(entry.meter);
            if (!meter.is_honest() || !is_sealed_for(batch, meter)) continue;
            fail("honest " + scenery_.nodes[node].str() + " endorsed that the reading of " +
                 entry.meter.str() + ", window " + std::to_string(said.window) + ", is " +
                 (entry.status == EntryStatus::missing ? "missing" : "in conflict") +
                 " and holds it");
            continue;
        }
        const auto [held, first] =
            witnessed_.try_emplace({node, entry.meter, said.window, committees}, entry.reading);
        if (!first && held->second != entry.reading) {
            fail("honest " + scenery_.nodes[node].str() + " endorsed two readings in one slot");
        }
    }
}

void Oracles::on_summary(std::size_t node, const NodeSummary& summary, Height durable) {
    const std::string who = scenery_.nodes[node].str();
    // An effect that a crash kept from the disk never counted.
    if (summary.height == durable) {
        const auto [place, first] = app_hashes_.try_emplace(summary.height, summary.app_hash);
        if (!first && place->second != summary.app_hash) {
            lose(who + " has another state at height " + std::to_string(summary.height));
        }
    }
    for (const InvariantReport& report : summary.invariants) {
        if (report.applicable && !report.ok) {
            fail(who + ": " + report.name + ": " + report.explanation);
        }
    }
    for (const std::string& alarm : summary.alarms) {
        if (!(plan_.is_newcomer(node) && is_newcomers(alarm)) && !accuses_liar(alarm)) {
            lose(who + ": " + alarm);
        }
    }
}

bool Oracles::accuses_liar(const std::string& alarm) const {
    for (std::size_t i = 0; i < plan_.nodes; ++i) {
        if (plan_.is_honest(i)) continue;
        const std::string liar = scenery_.nodes[i].str() + ' ';
        if (alarm.rfind("validator " + liar, 0) == 0) return true;
        if (alarm.find("what " + liar + "hands over does not open") != alarm.npos) return true;
    }
    return false;
}

}  // namespace fairfeed::simulation
