using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Chokepoint.Contracts;

namespace Chokepoint.Architecture.Tests;

public sealed partial class ConventionTests
{
    private static readonly string[] Ours =
        [.. Directory.GetDirectories(Path.Combine(Testing.Platforms.Repository.Root, "shared")).Select(folder => Path.GetFileName(folder)), .. Services.Names];

    [Fact]
    public void No_service_references_another() =>
        Services.Assemblies
            .SelectMany(service => service.GetReferencedAssemblies().Where(to => Services.Names.Contains(to.Name)).Select(to => $"{service.GetName().Name} -> {to.Name}"))
            .ShouldBeEmpty();

    [Fact]
    public void No_service_project_names_another() =>
        Sources.Under("*.csproj", "services", "shared")
            .Where(file => Services.Names.Any(name => file.Text.Contains($"/{name}.csproj", StringComparison.Ordinal)))
            .Select(file => file.Path)
            .ShouldBeEmpty();

    [Fact]
    public void Contracts_reference_nothing_of_ours() =>
        typeof(IPlatformEvent).Assembly.GetReferencedAssemblies().Where(to => Ours.Contains(to.Name)).Select(to => to.Name).ShouldBeEmpty();

    [Fact]
    public void MassTransit_is_named_in_Messaging_alone()
    {
        Sources.Under("*.csproj", "services", "shared", "AppHost")
            .Where(file => file.Text.Contains("\"MassTransit", StringComparison.Ordinal)).Select(file => file.Path)
            .ShouldBe(["shared/Messaging/Messaging.csproj"]);
        Sources.Under("*.cs", "services", "shared", "AppHost")
            .Where(file => !file.Path.StartsWith("shared/Messaging/", StringComparison.Ordinal) && UsesMassTransit().IsMatch(file.Text))
            .Select(file => file.Path)
            .ShouldBeEmpty();
        Services.Assemblies
            .Where(service => service.GetReferencedAssemblies().Any(to => to.Name!.StartsWith("MassTransit", StringComparison.Ordinal)))
            .Select(service => service.GetName().Name)
            .ShouldBeEmpty();
    }

    [Fact]
    public void No_service_references_Aspire() =>
        Sources.Under("*.csproj", "services", "shared", "tests")
            .Where(file => file.Text.Contains("Include=\"Aspire.", StringComparison.Ordinal))
            .Select(file => file.Path)
            .ShouldBeEmpty();

    [Fact]
    public void Everything_in_a_service_is_internal() =>
        OurTypes().Where(type => type.IsVisible && !IsMigration(type)).Select(type => type.FullName).ShouldBeEmpty();

    [Fact]
    public void Every_class_in_a_service_is_sealed_unless_something_derives_from_it()
    {
        var types = OurTypes().ToArray();
        var bases = types.Select(type => Definition(type.BaseType)).ToHashSet();

        types.Where(type => type.IsClass && !type.IsAbstract && !type.IsSealed && !bases.Contains(Definition(type)) && !IsMigration(type))
            .Select(type => type.FullName)
            .ShouldBeEmpty();

        static Type? Definition(Type? type) => type is { IsGenericType: true } ? type.GetGenericTypeDefinition() : type;
    }

    [Fact]
    public void Domain_is_pure_code_with_no_input_or_output() =>
        Sources.Under("*.cs", [.. Services.Names.Select(name => $"services/{name}/Domain")])
            .Where(file => ReadsOrWrites().IsMatch(file.Text))
            .Select(file => file.Path)
            .ShouldBeEmpty();

    [Fact]
    public void Time_is_injected_and_never_read_from_the_machine() =>
        Sources.Under("*.cs", "services", "shared", "AppHost")
            .Where(file => ReadsTheClock().IsMatch(file.Text))
            .Select(file => file.Path)
            .ShouldBeEmpty();

    [Fact]
    public void No_method_of_a_service_is_async_void() =>
        OurTypes()
            .SelectMany(type => type.GetMethods((System.Reflection.BindingFlags)60))
            .Where(method => method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false))
            .Select(method => $"{method.DeclaringType!.FullName}.{method.Name}")
            .ShouldBeEmpty();

    [Fact]
    public void No_test_sleeps() =>
        Sources.Under("*.cs", [.. Directory.GetDirectories(Path.Combine(Testing.Platforms.Repository.Root, "tests"), "*.Tests")
                .Select(folder => Path.Combine("tests", Path.GetFileName(folder)))])
            .Where(file => Sleeps().IsMatch(file.Text))
            .Select(file => file.Path)
            .ShouldBeEmpty();

    [Fact]
    public void Every_service_has_its_page() =>
        Services.Names.Where(name => !File.Exists(Path.Combine(Testing.Platforms.Repository.Root, "services", name, "README.md"))).ShouldBeEmpty();

    private static IEnumerable<Type> OurTypes() =>
        from service in Services.Assemblies
        from type in service.GetTypes()
        where type.Namespace?.StartsWith("Chokepoint.", StringComparison.Ordinal) == true
        where !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && !type.Name.StartsWith('<')
        select type;

    // EF Core's tool writes them; they are public, and nobody names them.
    private static bool IsMigration(Type type) => type.Namespace!.Contains(".Migrations", StringComparison.Ordinal);

    [GeneratedRegex(@"using\s+(static\s+)?MassTransit|MassTransit\.[A-Z]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex UsesMassTransit();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex ReadsTheClock();

    [GeneratedRegex(@"\b(Npgsql|EntityFrameworkCore|HttpClient|System\.IO|File\.|Directory\.|FileStream)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex ReadsOrWrites();

    [GeneratedRegex(@"\bThread\.Sleep\(|\bTask\.Delay\((?!Timeout\.Infinite)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex Sleeps();
}
