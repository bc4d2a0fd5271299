// Bytes of a tariff, in TARIFF and in the app hash: an array of seven. The content is checked by
// fault_of (core/model/tariff.h).
#pragma once

#include "core/model/tariff.h"
#include "core/wire/cbor.h"

namespace fairfeed {

// [import, export, daily, [[name, import, export], ...], [[band, quarters], ...],
//  [offset, [[from, offset], ...]], [[[import, export], ...], k, low, high] or null]
void write_tariff(cbor::Writer& writer, const Tariff& tariff);
// Lists longer than a tariff may have are malformed.
[[nodiscard]] Tariff read_tariff(cbor::Reader& reader);

// [import, credited, import, credited, ...], in the order of the bands; at most kMaxBands.
void write_band_energies(cbor::Writer& writer, const BandEnergies& energies);
[[nodiscard]] BandEnergies read_band_energies(cbor::Reader& reader);

}  // namespace fairfeed
