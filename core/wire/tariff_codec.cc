#include "core/wire/tariff_codec.h"

namespace fairfeed {
namespace {

// Reads a list of at most `most` items.
template <class Item, class ReadItem>
std::vector<Item> read_list(cbor::Reader& reader, std::size_t most, ReadItem read_item) {
    std::vector<Item> out;
    const std::size_t size = reader.array();
    if (size > most) reader.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < size && reader.ok(); ++i)
        out.push_back(read_item());
    return out;
}

void write_bands(cbor::Writer& writer, const std::vector<TariffBand>& bands) {
    writer.array(bands.size());
    for (const TariffBand& band : bands) {
        writer.array(3);
        writer.text(band.name);
        writer.integer(band.rates.import_micro_per_kwh);
        writer.integer(band.rates.export_micro_per_kwh);
    }
}

TariffBand read_band(cbor::Reader& reader) {
    TariffBand band;
    reader.array_of(3);
    band.name = std::string(reader.text());
    band.rates.import_micro_per_kwh = reader.integer();
    band.rates.export_micro_per_kwh = reader.integer();
    return band;
}

void write_week(cbor::Writer& writer, const std::vector<BandRun>& week) {
    writer.array(week.size());
    for (const BandRun& run : week) {
        writer.array(2);
        writer.unsigned_integer(run.band);
        writer.unsigned_integer(run.quarters);
    }
}

BandRun read_run(cbor::Reader& reader) {
    BandRun run;
    reader.array_of(2);
    run.band = static_cast<std::uint8_t>(reader.unsigned_at_most(UINT8_MAX));
    run.quarters = static_cast<std::uint32_t>(reader.unsigned_at_most(UINT32_MAX));
    return run;
}

void write_clock(cbor::Writer& writer, const LocalClock& clock) {
    writer.array(2);
    writer.integer(clock.offset_s);
    writer.array(clock.changes.size());
    for (const OffsetChange& change : clock.changes) {
        writer.array(2);
        writer.integer(change.from_s);
        writer.integer(change.offset_s);
    }
}

LocalClock read_clock(cbor::Reader& reader) {
    LocalClock clock;
    reader.array_of(2);
    clock.offset_s = reader.integer();
    clock.changes = read_list<OffsetChange>(reader, kMaxClockChanges, [&reader] {
        OffsetChange change;
        reader.array_of(2);
        change.from_s = reader.integer();
        change.offset_s = reader.integer();
        return change;
    });
    return clock;
}

void write_terms(cbor::Writer& writer, const RateTerms& terms) {
    writer.array(4);
    writer.array(terms.base.size());
    for (const BandRates& rates : terms.base) {
        writer.array(2);
        writer.integer(rates.import_micro_per_kwh);
        writer.integer(rates.export_micro_per_kwh);
    }
    writer.integer(terms.k_ppm);
    writer.integer(terms.low_ppm);
    writer.integer(terms.high_ppm);
}

RateTerms read_terms(cbor::Reader& reader) {
    RateTerms terms;
    reader.array_of(4);
    terms.base = read_list<BandRates>(reader, kMaxBands, [&reader] {
        BandRates rates;
        reader.array_of(2);
        rates.import_micro_per_kwh = reader.integer();
        rates.export_micro_per_kwh = reader.integer();
        return rates;
    });
    terms.k_ppm = reader.integer();
    terms.low_ppm = reader.integer();
    terms.high_ppm = reader.integer();
    return terms;
}

}  // namespace

void write_tariff(cbor::Writer& writer, const Tariff& tariff) {
    writer.array(7);
    writer.integer(tariff.import_micro_per_kwh);
    writer.integer(tariff.export_micro_per_kwh);
    writer.integer(tariff.daily_micro);
    write_bands(writer, tariff.more);
    write_week(writer, tariff.week);
    write_clock(writer, tariff.clock);
    if (tariff.terms) {
        write_terms(writer, *tariff.terms);
    } else {
        writer.null();
    }
}

Tariff read_tariff(cbor::Reader& reader) {
    Tariff tariff;
    reader.array_of(7);
    tariff.import_micro_per_kwh = reader.integer();
    tariff.export_micro_per_kwh = reader.integer();
    tariff.daily_micro = reader.integer();
    tariff.more =
        read_list<TariffBand>(reader, kMaxBands - 1, [&reader] { return read_band(reader); });
    tariff.week = read_list<BandRun>(reader, kMaxBandRuns, [&reader] { return read_run(reader); });
    tariff.clock = read_clock(reader);
    if (!reader.is_null()) tariff.terms = read_terms(reader);
    return tariff;
}

void write_band_energies(cbor::Writer& writer, const BandEnergies& energies) {
    writer.array(2 * energies.size());
    for (const BandEnergy& energy : energies) {
        writer.integer(energy.import_wh);
        writer.integer(energy.credited_wh);
    }
}

BandEnergies read_band_energies(cbor::Reader& reader) {
    BandEnergies energies;
    const std::size_t size = reader.array();
    if (size % 2 != 0 || size > 2 * kMaxBands) reader.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < size / 2 && reader.ok(); ++i) {
        BandEnergy energy;
        energy.import_wh = reader.integer();
        energy.credited_wh = reader.integer();
        energies.push_back(energy);
    }
    return energies;
}

}  // namespace fairfeed
