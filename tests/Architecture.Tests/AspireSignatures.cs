using System.Globalization;
using System.Reflection;

namespace Chokepoint.Architecture.Tests;

/// <summary>Writes public members the way they were recorded from Aspire's assemblies, and reads the record.</summary>
internal static class AspireSignatures
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(string)] = "string",
        [typeof(int)] = "int",
        [typeof(bool)] = "bool",
        [typeof(void)] = "void",
    };

    /// <summary>Lines of static members as they stand; members of a type as <c>Type: member</c>.</summary>
    public static IReadOnlySet<string> Recorded { get; } = ReadRecord();

    public static IEnumerable<string> Of(Type type)
    {
        const BindingFlags own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var constructor in type.GetConstructors()) yield return $"{type.Name}: {type.Name}({Parameters(constructor)})";
        foreach (var property in type.GetProperties(own)) yield return $"{PlainName(type)}: {Name(property.PropertyType)} {property.Name}";
        foreach (var field in type.GetFields(own)) yield return $"{PlainName(type)}: {Name(field.FieldType)} {field.Name}";
        foreach (var method in type.GetMethods(own).Where(method => !method.IsSpecialName))
        {
            yield return method.IsStatic
                ? $"{type.Name}.{method.Name}{TypeParameters(method)}({Parameters(method)}) -> {Name(method.ReturnType)}"
                : $"{PlainName(type)}: {Name(method.ReturnType)} {method.Name}({Parameters(method)})";
        }
    }

    private static string TypeParameters(MethodInfo method)
    {
        if (!method.IsGenericMethodDefinition) return "";
        var parameters = method.GetGenericArguments().Select(parameter =>
        {
            var constraints = parameter.GetGenericParameterConstraints();
            return constraints.Length == 0 ? parameter.Name : $"{parameter.Name} : {string.Join(", ", constraints.Select(Name))}";
        });
        return $"<{string.Join(", ", parameters)}>";
    }

    private static string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute)) ? "this " : "";
        return extension + string.Join(", ", method.GetParameters().Select(parameter =>
            $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")}"));
    }

    private static string Default(ParameterInfo parameter) => Convert.ToString(parameter.DefaultValue, CultureInfo.InvariantCulture) is { Length: > 0 } value ? value : "null";

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword)) return keyword;
        if (Nullable.GetUnderlyingType(type) is { } underlying) return $"{Name(underlying)}?";
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[]";
        if (!type.IsGenericType) return type.Name;
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }

    private static string PlainName(Type type) => type.Name;

    private static HashSet<string> ReadRecord()
    {
        using var stream = typeof(AspireSignatures).Assembly.GetManifestResourceStream("aspire-signatures")!;
        using var reader = new StreamReader(stream);
        var lines = new HashSet<string>(StringComparer.Ordinal);
        string? type = null;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("== ", StringComparison.Ordinal)) lines.Add("type " + (type = line[3..].Split(' ')[0]));
            else if (type is not null && line.StartsWith("  ", StringComparison.Ordinal)) lines.Add($"{type}: {line.Trim()}");
            else lines.Add(line.Trim());
        }
        return lines;
    }
}
