// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/valueguess.h"

#include "core/pmap/plainvalueguess.h"

namespace slotscope::core::inference {

namespace {

// What the values hold when they are decompressed, where enough of them can be.
std::vector<ValueGuess> guessInside(const std::vector<QByteArrayView> &values, Compression compression,
                                    const InferenceContext &context)
{
    constexpr qint64 Budget = qint64(4) * 1024 * 1024;
    const SlotCodec codec({.compression = compression});
    std::vector<std::optional<QByteArray>> inflated;
    inflated.reserve(values.size());
    qint64 size = 0;
    double bits = 0;
    size_t bad = 0;
    for (const QByteArrayView value : values) {
        if (size > Budget)
            break;
        if (auto plain = codec.decompressed(value)) {
            size += plain->size();
            // A zlib stream proves itself by its sum. Snappy does not, and short values are it too easily.
            bits += compression == Compression::Zlib ? 30 : value.size() > 3 ? 12 : 4;
            inflated.emplace_back(*std::move(plain));
        } else {
            inflated.emplace_back(std::nullopt);
            if (double(++bad) > (1 - EnoughShare) * double(values.size()))
                return {};
        }
    }
    Values views;
    views.reserve(inflated.size());
    for (const auto &plain : inflated)
        views.push_back(plain ? std::optional<QByteArrayView>(*plain) : std::nullopt);
    std::vector<ValueGuess> guesses = guessPlainValues(views, context);
    for (ValueGuess &guess : guesses) {
        guess.compression = compression;
        guess.verdict.bits += bits;
        guess.what = QStringLiteral("are compressed with %1 and then %2")
                         .arg(compressionName(compression), guess.what);
    }
    return guesses;
}

} // namespace

std::vector<ValueGuess> guessValues(const std::vector<QByteArrayView> &values,
                                    const InferenceContext &context)
{
    std::vector<ValueGuess> guesses = guessPlainValues(Values(values.begin(), values.end()), context);
    for (const auto compression : {Compression::Zlib, Compression::Snappy}) {
        for (ValueGuess &guess : guessInside(values, compression, context))
            guesses.push_back(std::move(guess));
    }
    weigh(guesses);
    return guesses;
}

} // namespace slotscope::core::inference
