// The books of a member: the parts that follow from the ledger's blocks alone.
#include "core/accounts/books_codec.h"
#include "edge-node/committee/committee_member.h"

namespace fairfeed {
namespace {

using books::read_map;
using books::read_number;
using books::write_map;
using cbor::Reader;
using cbor::Writer;

void write(Writer& out, const SigningRight::Openings& openings) {
    write_map(out, openings, [&](const ClusterId& cluster, const SigningRight::Opening& opening) {
        out.text(cluster.view());
        out.array(2);
        out.unsigned_integer(opening.window);
        out.unsigned_integer(opening.at);
    });
}

SigningRight::Openings read_openings(Reader& in) {
    return read_map<SigningRight::Openings>(
        in, [&] { return in.name<ClusterId>(); },
        [&] {
            in.array_of(2);
            const Window window = read_number<Window>(in);
            return SigningRight::Opening{window, in.unsigned_integer()};
        });
}

void write(Writer& out, const StandingShares::Statements& shares) {
    write_map(out, shares, [&](const MeterId& meter, const ShareStatement& share) {
        out.text(meter.view());
        out.array(5);
        out.unsigned_integer(share.window);
        out.bytes(share.settlement.view());
        out.integer(share.mes_w);
        out.integer(share.from_s);
        out.array(share.factors.size());
        for (const std::int64_t factor : share.factors)
            out.integer(factor);
    });
}

StandingShares::Statements read_shares(Reader& in) {
    MeterId meter;
    return read_map<StandingShares::Statements>(
        in, [&] { return meter = in.name<MeterId>(); },
        [&] {
            ShareStatement share;
            share.meter = meter;
            in.array_of(5);
            share.window = read_number<Window>(in);
            share.settlement = in.fixed<Digest>();
            share.mes_w = in.integer();
            share.from_s = in.integer();
            const std::size_t factors = in.array();
            for (std::size_t i = 0; i < factors && in.ok(); ++i)
                share.factors.push_back(in.integer());
            return share;
        });
}

void write(Writer& out, const ReadingStore::OnChain& known) {
    out.array(2);
    out.array(known.clusters.size());
    for (const ClusterId& cluster : known.clusters)
        out.text(cluster.view());
    out.array(2 * known.readings.size());
    for (std::size_t i = 0; i < known.readings.size(); ++i) {
        out.bytes(known.readings[i].view());
        out.unsigned_integer(known.settled[i]);
    }
}

ReadingStore::OnChain read_on_chain(Reader& in) {
    ReadingStore::OnChain known;
    in.array_of(2);
    const std::size_t clusters = in.array();
    for (std::size_t i = 0; i < clusters && in.ok(); ++i)
        known.clusters.push_back(in.name<ClusterId>());
    const std::size_t items = in.array();
    if (items % 2 != 0) in.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < items && in.ok(); i += 2) {
        known.readings.push_back(in.fixed<Digest>());
        known.settled.push_back(read_number<Window>(in));
    }
    return known;
}

void write(Writer& out, const std::vector<std::string>& alarms) {
    out.array(alarms.size());
    for (const std::string& alarm : alarms)
        out.bytes(as_bytes(alarm));
}

std::vector<std::string> read_alarms(Reader& in) {
    std::vector<std::string> alarms;
    const std::size_t size = in.array();
    for (std::size_t i = 0; i < size && in.ok(); ++i)
        alarms.emplace_back(as_text(in.bytes()));
    return alarms;
}

std::optional<std::vector<OpenedReading>> opened(std::vector<SignedReading> readings,
                                                 const KeyRing& keys) {
    std::vector<OpenedReading> out;
    out.reserve(readings.size());
    for (SignedReading& reading : readings) {
        auto body = open_with(keys, reading);
        if (!body) return std::nullopt;
        out.push_back({std::move(reading), std::move(*body)});
    }
    return out;
}

}  // namespace

void CommitteeMember::write_books(Writer& out) const {
    out.array(6);
    windows_.accounts().write(out);
    write(out, windows_.openings());
    write(out, intake_.store().on_chain());
    write(out, shares_.statements());
    invariants_.write(out);
    write(out, findings_.alarms());
}

bool CommitteeMember::read_books(Reader& in, const ReadingsOnChain& readings) {
    in.array_of(6);
    auto accounts = KeyholderAccounts::read(in, windows_.accounts().holder());
    auto openings = read_openings(in);
    const auto known = read_on_chain(in);
    auto shares = read_shares(in);
    auto invariants = InvariantMonitor::read(in);
    auto alarms = read_alarms(in);
    if (!in.finish()) return false;
    auto found = readings(known.readings);
    if (!found || found->size() != known.readings.size()) return false;
    auto held = opened(std::move(*found), accounts.keys());
    if (!held) return false;
    ReadingStore store;
    store.resume(known, std::move(*held));
    windows_.resume(std::move(accounts), std::move(openings));
    intake_.resume(std::move(store));
    shares_.resume(std::move(shares));
    invariants_ = std::move(invariants);
    for (std::string& alarm : alarms)
        findings_.alarm(std::move(alarm));
    return true;
}

}  // namespace fairfeed
