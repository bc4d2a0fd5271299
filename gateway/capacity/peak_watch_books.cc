// What the watch of capacities has seen, as a part of the gateway's snapshot.
#include "core/accounts/books_codec.h"
#include "gateway/capacity/peak_watch.h"

namespace fairfeed {
namespace {

using books::read_map;
using books::read_number;
using books::write_map;
using cbor::Reader;
using cbor::Writer;

using WeeklyPeaks = std::map<std::int64_t, std::int64_t>;

void write(Writer& out, const WeeklyPeaks& peaks) {
    write_map(out, peaks, [&](std::int64_t week, std::int64_t peak_w) {
        out.integer(week);
        out.integer(peak_w);
    });
}

WeeklyPeaks read_peaks(Reader& in) {
    return read_map<WeeklyPeaks>(
        in, [&] { return in.integer(); }, [&] { return in.integer(); });
}

}  // namespace

// The reports of an excess are all of the meter's present cluster and certificate.
void PeakWatch::write(Writer& out) const {
    out.array(3);
    out.unsigned_integer(policy_);
    write_map(out, meters_, [&](const MeterId& id, const WatchedMeter& meter) {
        out.text(id.view());
        out.array(7);
        if (meter.cluster.empty())
            out.null();
        else
            out.text(meter.cluster.view());
        out.integer(meter.capacity_w);
        out.unsigned_integer(meter.newest);
        write_map(out, meter.exceeded, [&](Window window, const PeakReport& report) {
            out.unsigned_integer(window);
            out.array(2);
            out.integer(report.peak_w);
            out.boolean(report.is_curtailed);
        });
        out.boolean(meter.is_excess_told);
        fairfeed::write(out, meter.best_w);
        out.unsigned_integer(meter.judge_from);
    });
    write_map(out, clusters_, [&](const ClusterId& id, const WatchedCluster& cluster) {
        out.text(id.view());
        out.array(2 + cluster.clear_weeks.size());
        out.integer(cluster.week);
        out.unsigned_integer(cluster.clear_count);
        for (const std::int64_t week : cluster.clear_weeks)
            out.integer(week);
    });
}

PeakWatch::WatchedMeter PeakWatch::read_meter(Reader& in, const MeterId& id) {
    WatchedMeter meter;
    in.array_of(7);
    if (!in.is_null()) meter.cluster = in.name<ClusterId>();
    meter.capacity_w = in.integer();
    meter.newest = read_number<Window>(in);
    Window window = 0;
    meter.exceeded = read_map<std::map<Window, PeakReport>>(
        in, [&] { return window = read_number<Window>(in); },
        [&] {
            in.array_of(2);
            const std::int64_t peak_w = in.integer();
            return PeakReport{id, meter.cluster, window, meter.capacity_w, peak_w, in.boolean()};
        });
    meter.is_excess_told = in.boolean();
    meter.best_w = read_peaks(in);
    meter.judge_from = read_number<std::size_t>(in);
    return meter;
}

void PeakWatch::read(Reader& in) {
    in.array_of(3);
    policy_ = in.unsigned_integer();
    MeterId id;
    meters_ = read_map<std::map<MeterId, WatchedMeter>>(
        in, [&] { return id = in.name<MeterId>(); }, [&] { return read_meter(in, id); });
    clusters_ = read_map<std::map<ClusterId, WatchedCluster>>(
        in, [&] { return in.name<ClusterId>(); },
        [&] {
            WatchedCluster cluster;
            const std::size_t items = in.array();
            cluster.week = in.integer();
            cluster.clear_count = read_number<std::size_t>(in);
            for (std::size_t i = 2; i < items && in.ok(); ++i)
                cluster.clear_weeks.push_back(in.integer());
            return cluster;
        });
}

void PeakWatch::forget_all() {
    limits_ = first_limits_;
    policy_ = 0;
    counted_from_ = 0;
    meters_.clear();
    clusters_.clear();
}

}  // namespace fairfeed
