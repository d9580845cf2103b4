using System.Text.RegularExpressions;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Drafts;
using Chokepoint.ExportControls.Feeds;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Polling;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.ExportControls.Tests.Feeds;

/// <summary>A ministry's announcement page in Chinese, as a third feed would read it: all that is new is what is here.</summary>
public partial class ThirdFeedTests(ServersFixture servers)
{
    [Fact]
    public async Task A_page_in_Chinese_becomes_a_draft_like_any_other()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var feed = new MinistryFeed();
        var document = new FeedDocument("art_1", Samples.ChinesePage, "https://www.mofcom.gov.cn/zcfb/art/2026/art_1.html");
        await app.WithDbAsync(async db =>
        {
            // As FeedPoller does it.
            await using var scope = app.Services.CreateAsyncScope();
            var intake = scope.ServiceProvider.GetRequiredService<DraftIntake>();
            await intake.TakeAsync(feed.Name, document, feed.Read(document), CancellationToken.None);
            return await db.Set<DraftRow>().CountAsync();
        });

        var draft = (await app.ItemsAsync("/drafts?mineral=antimony")).ShouldHaveSingleItem();
        ((string?)draft["notice"]!["documentNumber"]).ShouldBe("2026-31");
        ((string?)draft["notice"]!["clauses"]![0]!["measure"]).ShouldBe("licensing");
        ((string?)draft["notice"]!["clauses"]![0]!["effectiveFrom"]).ShouldBe("2026-09-15");
        ((string?)draft["notice"]!["clauses"]![0]!["items"]![0]!["hsCodes"]![1]).ShouldBe("8110102000");
        ((string?)draft["passages"]!["/clauses/0/effectiveFrom"]![0]!["text"]).ShouldBe("本公告自2026年9月15日起正式实施。");
        draft["faults"]!.AsObject().ShouldBeEmpty();
    }

    private sealed partial class MinistryFeed : IFeed
    {
        public string Name => "ministry";

        public async IAsyncEnumerable<FeedPage> FetchAsync(PollTurn turn, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var page = await turn.FetchAsync(new PollRequest { Name = "index", Address = turn.Options.Address!, Expected = Expected.Html }, cancellationToken);
            if (!page.IsUnchanged) yield return new FeedPage([new FeedDocument("art_1", page.Text(), null)], Cursor: null);
        }

        public Reading Read(FeedDocument document)
        {
            var title = Title().Match(document.Content);
            if (!title.Success) return Reading.Unreadable("The page has no title with a number.");
            var evidence = new Evidence(Name, document.Key);
            SourceText[] texts = [SourceText.Plain("title", title.Groups["title"].Value), SourceText.Html("body", document.Content[document.Content.IndexOf("<body", StringComparison.Ordinal)..])];
            var codes = HsMentions.Find(texts);
            var published = Days.Iso(Published().Match(document.Content).Groups["day"].Value)!.Value;
            var measure = MeasureWords.Find(texts)!;
            return evidence.Reads(new NoticeRequest
            {
                Issuer = "CHN", Authority = "MOFCOM", Language = "zh",
                DocumentNumber = evidence.Of("/documentNumber", texts[0].Find($"{title.Groups["year"].Value}-{title.Groups["no"].Value}", 0, 1, null), ""),
                Title = title.Groups["title"].Value,
                AnnouncedOn = published,
                Sources = [new SourceRequest(document.Url, "primary")],
                Clauses =
                [
                    new ClauseRequest
                    {
                        Number = "1",
                        Measure = evidence.Of("/clauses/0/measure", new Found<Measure?>(measure.Value, measure.Field, measure.Text, measure.Rule), ""),
                        Minerals = evidence.Of("/clauses/0/minerals", MineralNames.Find(texts), "None is named."),
                        Items = [new ItemRequest(null, evidence.Of("/clauses/0/items/0/hsCodes", codes, ""), null)],
                        EffectiveFrom = evidence.Of("/clauses/0/effectiveFrom", Days.EffectiveFrom(texts), ""),
                    },
                ],
                Actions = [],
            }, setAside: null);
        }

        [GeneratedRegex("<title>(?<title>[^<]*?(?<year>\\d{4})年第(?<no>\\d+)号[^<]*)</title>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Title();

        [GeneratedRegex("name=\"PubDate\" content=\"(?<day>[^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Published();
    }
}
