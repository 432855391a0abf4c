// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/userfile.h"

#include "core/base/wholefile.h"
#include "ui/errortext.h"
#include "ui/prompts.h"

#include <QFutureWatcher>
#include <QtConcurrentRun>

namespace slotscope::ui {

core::Result<core::Nothing> writeForTheUser(const QString &path, const QByteArray &content)
{
    const auto written = core::replaceFile(path, content, core::OwnFile);
    if (!written)
        return core::Unexpected {
            core::Error {.kind = core::ErrorKind::Io,
                         .detail = QStringLiteral("%1: %2").arg(path, written.error().detail)}};
    return core::Nothing {};
}

void saveForTheUser(Prompts *prompts, QWidget *window, const FileQuestion &question,
                    const QByteArray &content, const QString &failure,
                    std::function<void(const QString &)> written)
{
    prompts->chooseFile(window, question, [=, written = std::move(written)](const QString &file) {
        auto *watcher = new QFutureWatcher<core::Result<core::Nothing>>(window);
        QObject::connect(watcher, &QFutureWatcherBase::finished, window, [=] {
            watcher->deleteLater();
            const auto result = watcher->result();
            if (result)
                written(file);
            else
                prompts->showError(window, failure, describe(result.error()));
        });
        watcher->setFuture(QtConcurrent::run([file, content] { return writeForTheUser(file, content); }));
    });
}

} // namespace slotscope::ui
