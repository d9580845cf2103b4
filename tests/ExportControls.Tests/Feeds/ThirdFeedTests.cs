using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Feeds;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ExportControls.Drafts;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Polling;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.ExportControls.Tests.Feeds;

/// <summary>A ministry's announcement page in Chinese, as a third feed would read it: all that is new is what is here.</summary>
public partial class ThirdFeedTests(ServersFixture servers)
{
    /// <summary>The encoding that its pages name, and UTF-8 under a page that names another: what is there decides.</summary>
    [Theory]
    [InlineData("gb18030")]
    [InlineData("utf-8")]
    public async Task Its_pages_become_drafts_with_the_words_beside_each_field_and_a_suspension_is_applied_when_confirmed(string encoding)
    {
        var bytes = CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.UTF8;
        await using var ministry = await PlayedSource.StartAsync();
        ministry.Otherwise = request => new PlayedAnswer(
            request.Path switch
            {
                "/zcfb/" => Samples.ChineseIndex,
                "/zcfb/art/2026/art_1.html" => Samples.ChinesePage,
                "/zcfb/art/2026/art_2.html" => Samples.ChineseSuspension,
                _ => "",
            },
            Status: request.Path is "/zcfb/" or "/zcfb/art/2026/art_1.html" or "/zcfb/art/2026/art_2.html" ? 200 : 404, MediaType: "text/html") { Encoding = bytes };
        await using var app = await ControlsApp.StartWithAsync(servers, services => AddFeed(services, new Uri(ministry.Url, "/zcfb/")), ("Polling:Pause", "00:00:00.05"));

        var drafts = await Eventually.BecomesAsync(() => app.ItemsAsync("/drafts"), found => found.Count is 2, FedControls.Patience);
        var licence = drafts.Single(d => (string?)d["notice"]!["documentNumber"] == "2026-31");
        var clause = licence["notice"]!["clauses"]![0]!;
        ((string?)clause["measure"], (string?)clause["effectiveFrom"], (string?)clause["minerals"]![0]).ShouldBe(("licensing", "2026-09-15", "antimony"));
        clause["items"]![0]!["hsCodes"]!.AsArray().Select(c => (string?)c).ShouldBe(["8110101000", "8110102000"]);
        ((string?)licence["passages"]!["/clauses/0/effectiveFrom"]![0]!["text"]).ShouldBe("本公告自2026年9月15日起正式实施。");
        ((string?)licence["notice"]!["sources"]![0]!["url"]).ShouldBe(new Uri(ministry.Url, "/zcfb/art/2026/art_1.html").ToString());
        licence["faults"]!.AsObject().ShouldBeEmpty();

        var suspension = drafts.Single(d => (string?)d["notice"]!["documentNumber"] == "2026-40");
        suspension["notice"]!["clauses"]!.AsArray().ShouldBeEmpty();
        var action = suspension["notice"]!["actions"]!.AsArray().ShouldHaveSingleItem()!;
        action.ToJsonString().ShouldBe("""{"action":"suspend","target":{"issuer":"CHN","documentNumber":"2024-46","clause":"2"},"from":"2026-11-20","until":"2027-11-27"}""");
        ((string?)suspension["passages"]!["/actions/0/target/clause"]![0]!["text"]).ShouldNotBeNull().ShouldContain("暂停实施商务部公告2024年第46号");
        // What it acts on is not known here yet: the draft says so, and to confirm it is refused.
        ((string?)suspension["faults"]!["/actions/0/target/documentNumber"]![0]).ShouldBe("Is no notice of CHN that is known here: record that notice first, or give the number of one that is, in whatever spelling.");
        var confirm = $"/api/controls/drafts/{suspension["id"]}/confirm";
        (await app.Http.PostAsync(confirm, content: null)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        await app.RecordAsync(RealNotices.China2024No46);
        (await app.GetAsync($"/drafts/{suspension["id"]}"))["faults"]!.AsObject().ShouldBeEmpty();
        (await app.Http.PostAsync(confirm, content: null)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await app.ItemsAsync("/active?on=2026-12-01&mineral=gallium")).Select(c => $"{c["clause"]} {c["status"]}").ShouldBe(["1 in_force", "2 suspended"]);
        (await app.ItemsAsync("/active?on=2027-11-28&mineral=gallium")).Select(c => $"{c["clause"]} {c["status"]}").ShouldBe(["1 in_force", "2 in_force"]);
        (await app.ItemsAsync("/drafts")).Count.ShouldBe(2);
    }

    /// <summary>As <c>FeedRegistration</c> registers the other two.</summary>
    private static void AddFeed(IServiceCollection services, Uri address)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.AddPolledSource<FeedPoller<MinistryFeed>>("ministry", "Feeds:Ministry", poll =>
            (poll.Enabled, poll.Address, poll.Interval, poll.Gap, poll.Tries) = (true, address, TimeSpan.FromMilliseconds(200), TimeSpan.Zero, 1));
        foreach (var own in builder.Services.Where(s => s.ServiceType == typeof(FeedPoller<MinistryFeed>) || s.ServiceType.Name is "PolledSource"))
            ((ICollection<ServiceDescriptor>)services).Add(own);
        services.AddSingleton<MinistryFeed>();
    }

    private sealed partial class MinistryFeed : IFeed
    {
        public string Name => "ministry";

        public async IAsyncEnumerable<FeedPage> FetchAsync(PollTurn turn, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var address = turn.Options.Address!;
            var index = await turn.FetchAsync(new PollRequest { Name = "index", Address = address, Expected = Expected.Html, IsConditional = true }, cancellationToken);
            if (index.IsUnchanged) yield break;
            var links = Link().Matches(TextOf(index)).Select(l => new Uri(address, l.Groups["to"].Value)).ToList();
            if (links.Count is 0) throw index.LayoutChanged("no announcement is linked");
            var documents = new List<FeedDocument>();
            foreach (var link in links)
            {
                var page = await turn.FetchAsync(new PollRequest { Name = link.AbsolutePath, Address = link, Expected = Expected.Html }, cancellationToken);
                documents.Add(new FeedDocument(link.AbsolutePath, TextOf(page), link.ToString()));
            }
            yield return new FeedPage(documents, Cursor: null);
        }

        /// <summary>UTF-8 where the bytes are that, whatever the page says; else GB18030, of which GB2312 and GBK are parts.</summary>
        private static string TextOf(PollResponse page)
        {
            try
            {
                return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(page.Body.Span);
            }
            catch (DecoderFallbackException)
            {
                return CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!.GetString(page.Body.Span);
            }
        }

        public Reading Read(FeedDocument document)
        {
            var title = Title().Match(document.Content);
            if (!title.Success) return Reading.Unreadable("The page has no title with a number.");
            var evidence = new Evidence(Name, document.Key);
            SourceText[] texts = [SourceText.Plain("title", title.Groups["title"].Value), SourceText.Html("body", document.Content[document.Content.IndexOf("<body", StringComparison.Ordinal)..])];
            var codes = HsMentions.Find(texts);
            var day = Published().Match(document.Content).Groups["day"].Value;
            var announced = new Found<DateOnly?>(Days.Iso(day), "PubDate", day);
            var number = $"{title.Groups["year"].Value}-{title.Groups["no"].Value}";
            var acting = ActionWords.Find(texts);
            var measure = MeasureWords.Find(ActionWords.Without(texts));
            return evidence.Reads(new NoticeRequest
            {
                Issuer = "CHN", Authority = "MOFCOM", Language = "zh",
                DocumentNumber = evidence.Of("/documentNumber", texts[0].Find(number, 0, 1, null), ""),
                Title = title.Groups["title"].Value,
                AnnouncedOn = evidence.Of("/announcedOn", announced, ""),
                Sources = [new SourceRequest(document.Url, "primary")],
                Clauses = measure is null ? [] :
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
                Actions = ActionReading.Read(evidence, acting, texts, "CHN", number, announced, effective: null),
            }, setAside: null);
        }

        [GeneratedRegex("<a\\s[^>]*?href=[\"'](?<to>[^\"'#]+)[\"'][^>]*>[^<]*公告\\d{4}年第\\d+号", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Link();

        [GeneratedRegex("<title>(?<title>[^<]*?(?<year>\\d{4})年第(?<no>\\d+)号[^<]*)</title>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Title();

        [GeneratedRegex("name=\"PubDate\" content=\"(?<day>[^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Published();
    }
}
